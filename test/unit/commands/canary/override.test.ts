import { expect, it } from 'vitest';
import { overrideText } from '../../../../src/commands/canary/override.js';

it('sets the model and the weights file', () => {
  expect(overrideText('patchtst', '/srv/trading/data/qsc_canary_weights.json')).toBe(
    '[Service]\nEnvironment=QSC_CANARY_MODEL=patchtst\nEnvironment=QSC_MODEL_WEIGHTS_FILE=/srv/trading/data/qsc_canary_weights.json\n',
  );
});

it('keeps a path whole that systemd would read as something else', () => {
  expect(overrideText('xgb', '/srv/50% "mine"\\w.json')).toContain(
    'Environment="QSC_MODEL_WEIGHTS_FILE=/srv/50%% \\"mine\\"\\\\w.json"\n',
  );
  expect(() => overrideText('xgb', '/srv/a\nExecStart=/bin/false')).toThrow(/control characters/);
});
