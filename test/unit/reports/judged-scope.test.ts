import { describe, expect, it } from 'vitest';
import { isInScope, outOfScope, wholeScope } from '../../../src/reports/judged-scope.js';
import { rules } from '../../support/rule-files.js';

const scope = { phases: ['A', 'B'], inputs: ['decisions', 'equity', 'engine_journal'] };
const inPhase = (matcher: string): string =>
  `x > 1 and on (deployment) redline:calibration_phase{phase${matcher}}`;

describe('what a rule judges now', () => {
  it('is nothing outside of its phases', () => {
    expect(outOfScope(inPhase('=~"C|D"'), scope)).toBe('judged in phase C and D');
    expect(outOfScope(inPhase('="D"'), scope)).toBe('judged in phase D');
    expect(outOfScope(inPhase('="B"'), scope)).toBeUndefined();
    expect(outOfScope('x > 1', scope)).toBeUndefined();
  });

  it('is nothing where all that it judges is left out', () => {
    const judged = (input: string): string => `x * redline:calibration_judged{input${input}}`;
    expect(outOfScope(judged('="harvest_unit"'), scope)).toBe('not judged without harvest_unit');
    expect(outOfScope(judged('=~"engine_journal|recent_errors"'), scope)).toBeUndefined();
    expect(outOfScope('reading{quantity="blocked_lines"} > 2', scope)).toBe(
      'not judged without harvest_journal',
    );
    expect(outOfScope('reading{quantity="drawdown"} > 2', scope)).toBeUndefined();
  });

  it('is not known to be nothing where nobody says what is judged', () => {
    expect(outOfScope(inPhase('="D"'), wholeScope)).toBeUndefined();
    expect(outOfScope('reading{quantity="blocked_lines"} > 2', wholeScope)).toBeUndefined();
  });

  it('is the deployment that is looked at', () => {
    const looked = { ...wholeScope, deployment: 'calibration-2' };
    expect(isInScope({ deployment: 'calibration-2' }, looked)).toBe(true);
    expect(isInScope({ deployment: 'calibration-1' }, looked)).toBe(false);
    expect(isInScope({ action: 'BUY' }, looked)).toBe(true);
    expect(isInScope({ deployment: 'calibration-1' }, wholeScope)).toBe(true);
  });

  it('is read from the rules as they are', () => {
    const note = (alert: string): string | undefined =>
      outOfScope(rules.find((rule) => rule.alert === alert)?.expr ?? '', {
        phases: ['B'],
        inputs: ['equity'],
      });
    expect(note('DrawdownAboveNormal')).toBe('judged in phase C and D');
    expect(note('EngineErrorsLogged')).toBe('judged in phase A');
    expect(note('LearningDataStalled')).toBe('judged in phase D');
    expect(note('DrawdownTwiceNormal')).toBeUndefined();
    expect(note('CalibrationHarvestDown')).toBe('not judged without harvest_unit');
    expect(note('GuardBlocksTwiceNormal')).toBe('not judged without harvest_journal');
  });
});
