// Sends webhooks to a receiver from a process of its own, so that measuring and sending take nothing from the measured.
//   node load.mjs URL TOKEN DEPLOYMENT COUNT RATE CONCURRENCY
// RATE a second, each at its own time whether those before it were answered or not, and measured from that time; 0: as
// fast as CONCURRENCY connections take them. Prints {statuses: {code: count}, milliseconds: [...]}.
import { Agent, request } from 'node:http';

const [url, token, deployment, count, rate, concurrency] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(concurrency) });
const names = ['QscActionCollapse', 'QscDeadZone', 'QscFlatPredictions', 'QscNarrowRange', 'QscModelChaos'];
const startsAt = new Date().toISOString();
const statuses = {};
const milliseconds = [];

function payload(index) {
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{n="${index}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'redline-rollback',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: names[index % names.length], rollback: 'qsc', deployment, severity: 'critical' },
        annotations: { summary: 'one action dominates', description: 'HOLD is 78.3% of the predictions' },
        startsAt,
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://127.0.0.1:9090/graph',
        fingerprint: index.toString(16).padStart(16, '0'),
      },
    ],
  });
}

/** @returns the status, or why there is none */
function send(index) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const call = request(`${url}/webhook`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    call.once('error', (error) => resolve(error.code));
    call.end(payload(index));
  });
}

async function measure(index, due) {
  const status = await send(index);
  milliseconds.push(performance.now() - due);
  statuses[status] = (statuses[status] ?? 0) + 1;
}

if (Number(rate) > 0) {
  const begin = performance.now();
  const sent = [];
  for (let index = 0; index < Number(count);) {
    const due = begin + (index * 1000) / Number(rate);
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
    else sent.push(measure(index++, due));
  }
  await Promise.all(sent);
} else {
  let next = 0;
  const lane = async () => {
    while (next < Number(count)) await measure(next++, performance.now());
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, lane));
}
process.stdout.write(JSON.stringify({ statuses, milliseconds }));
