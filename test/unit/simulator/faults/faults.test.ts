import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../../src/simulator/faults/fault-names.js';
import { parseFault } from '../../../../src/simulator/faults/faults.js';

describe('parseFault', () => {
  it.each(faultNames)('knows %s', (name) => {
    expect(parseFault(name)).toBe(name);
  });

  it('takes ensemble-dysfunction for its low side, and none for healing', () => {
    expect(parseFault('ensemble-dysfunction')).toBe('ensemble-dysfunction-low');
    expect(parseFault(' None ')).toBeUndefined();
  });

  it('names the near miss and every fault', () => {
    expect(() => parseFault('action-colapse')).toThrow(
      /Did you mean "action-collapse"\?[^]*redis-down[^]*engine-restart[^]*losing-streak[^]*none heals/,
    );
  });
});
