import { describe, expect, it } from 'vitest';
import { coloursFor } from '../../../src/platform/colours.js';

function painted(isTTY: boolean, environment: NodeJS.ProcessEnv): string {
  return coloursFor({ isTTY }, environment).red('no');
}

describe('colours', () => {
  it('are for terminals', () => {
    expect(painted(true, { CI: 'true' })).toBe('\u001b[31mno\u001b[39m');
  });

  it('are not for pipes and files, wherever that runs', () => {
    expect(painted(false, {})).toBe('no');
    expect(painted(false, { CI: 'true' })).toBe('no');
    expect(painted(false, { FORCE_COLOR: '1' })).toBe('no');
  });

  it('are not for people who set NO_COLOR, nor for a terminal that has none', () => {
    expect(painted(true, { NO_COLOR: '1', CI: 'true' })).toBe('no');
    expect(painted(true, { TERM: 'dumb' })).toBe('no');
  });
});
