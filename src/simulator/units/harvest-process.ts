// The harvest consumer of the simulated trading system, a process of its own. It has nothing to do but to be alive; it
// ends when it is told to, or when its simulator is gone.

process.title = 'quantum-harvest-consumer-simulated';
process.on('disconnect', () => undefined);
process.send?.({});
