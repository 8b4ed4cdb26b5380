import { expect, it } from 'vitest';
import { readConsensus } from '../../../src/readings/consensus.js';
import { Flaws } from '../../../src/readings/flaws.js';

const whole = {
  signal: 'long',
  prob_long: 0.75,
  prob_short: 0.25,
  confidence: 0.65,
  model_version: '20241201_143022',
  allow: true,
  threshold: 0.6,
};

function read(answer: unknown) {
  const flaws = new Flaws();
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return { reading: readConsensus(text, flaws), reasons: flaws.reasons };
}

it('takes an answer as the runbook shows it', () => {
  expect(read(whole)).toEqual({ reading: { signal: 'long', confidence: 0.65 }, reasons: [] });
  expect(read({ signal: 'HOLD', confidence: 0 }).reading).toEqual({ signal: 'hold', confidence: 0 });
});

it.each([
  ['<html>', 'malformed_json'],
  [{ ...whole, signal: undefined }, 'missing_field'],
  [{ ...whole, signal: '' }, 'invalid_value'],
  [{ ...whole, confidence: undefined }, 'missing_field'],
  [{ ...whole, confidence: 1.01 }, 'invalid_value'],
  [{ ...whole, confidence: 'high' }, 'invalid_value'],
  [{ ...whole, prob_short: -0.1 }, 'invalid_value'],
  [{ ...whole, threshold: null }, 'invalid_value'],
  [{ ...whole, allow: 'yes' }, 'invalid_value'],
])('takes no other: %j', (answer, reason) => {
  expect(read(answer)).toEqual({ reading: undefined, reasons: [reason] });
});
