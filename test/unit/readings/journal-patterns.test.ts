import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { journalPatterns, matchPatterns } from '../../../src/readings/journal-patterns.js';

/** The level of a service's plain output. */
const plain = 6;

describe('matchPatterns', () => {
  it.each([
    ['[ERROR] WebSocket connection lost', ['error', 'websocket_lost']],
    ['[ERROR] Database locked (timeout)', ['error', 'database_locked']],
    ['[ERROR] Prediction failed: Model not found', ['error', 'prediction_failed']],
    ['[CRITICAL] Max drawdown exceeded: 16.2%', ['max_drawdown']],
    ['[WARNING] Confidence dropped to 76.12%', ['confidence_dropped']],
    ['[WARNING] 3 consecutive losses detected', ['consecutive_losses']],
    ['[WARNING] Retraining triggered: loss_immediate', ['retraining_loss']],
    ['[INFO] Retraining triggered: schedule', []],
    ['risk guard BLOCKED order 17', ['blocked']],
    ['order is not blocked', []],
    ['ValueError: x', ['error']],
    ['unhandled Exception', ['error']],
    ['fatal: no route', ['error']],
    ['0 errors', ['error']],
    ['', []],
  ])('%s: %j', (message, expected) => {
    expect(matchPatterns(message, plain).sort()).toEqual(['any', ...expected].sort());
  });

  it('matches every line as any, each pattern at most once, and no other', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.nat(7), { nil: undefined }), (message, priority) => {
        const matched = matchPatterns(message, priority);
        expect(matched[0]).toBe('any');
        expect(new Set(matched).size).toBe(matched.length);
        expect(matched.every((pattern) => journalPatterns.includes(pattern))).toBe(true);
      }),
    );
  });
});

const isException = (message: string, priority: number | undefined = plain): boolean =>
  matchPatterns(message, priority).includes('calibration_exception');

describe('a calibration exception', () => {
  it.each([
    '2026-01-10 12:00:00 ERROR calibration: cannot load config/calibration_config.json',
    '2026-01-10 12:00:00,123 - engine.Calibrator - CRITICAL - weights missing',
    '[FATAL] recalibration failed',
    '[error] calibration failed',
    'level=error msg="calibration failed"',
    '{"levelname": "Error", "message": "calibration failed"}',
    'error: calibration file not found',
    'INFO calibration stopped by exception',
    'calibration.CalibrationLoadError: no such file',
    'INFO calibration: ValueError in bin 3',
    'Traceback (most recent call last): File "/opt/calibration.py", line 3',
    'ERROR Expected Calibration Error (ECE) could not be computed: calibration set is empty',
    'ERROR no calibration errors file',
    'ERROR calibration failed',
    'ERROR calibration failed, exceptions: none',
    'ERROR CalibrationError 0.03',
    'CalibrationError: could not load table',
    'CalibrationError: 3 bins are empty',
    'engine.errors.CalibrationError: 0.5 is no temperature',
    'INFO raise CalibrationError',
    'INFO calibration: exception in bin 0',
    'INFO calibration exceptions so far: 3',
    'INFO calibration_exceptions_total 2',
    'INFO calibration exceptions: 0.5 per minute',
    'INFO calibration stopped: none of the exceptions is known',
    'Traceback (most recent call last):\n  File "/opt/calibration.py", line 3\nKeyError: 0',
  ])('is: %s', (message) => {
    expect(isException(message)).toBe(true);
  });

  it.each([
    'INFO Expected Calibration Error (ECE): 0.03',
    'EXPECTED CALIBRATION ERROR: 0.03',
    'expected_calibration_error=0.03',
    'INFO calibration done, 0 errors',
    'INFO calibration finished without exceptions',
    '{"level":"info","msg":"calibration","exception_count": 0}',
    'INFO calibration_error=0.02',
    'INFO calibration_exceptions_total 0',
    'INFO calibration_exceptions_total{unit="engine"} 0',
    'INFO calibration_exceptions_total 0.0',
    'INFO calibration exception_count 0',
    'INFO Calibration exceptions so far: none',
    'INFO calibration exceptions: 0.',
    'INFO calibration exceptions since start = 0',
    '{"level":"info","msg":"calibration loaded","exception":null}',
    'INFO calibration done, exceptions=[]',
    'INFO CalibrationError 0.03',
    'INFO CalibrationError: 0.03',
    'INFO CalibrationError=0.03 bins=10',
    'INFO CalibrationError: 3%, bins: 10',
    '{"level":"info","CalibrationError": 0.03}',
    'WARNING calibration is 3 days old',
    'INFO calibration loaded after ERROR was cleared',
    'INFO calibrated',
    'ERROR WebSocket connection lost',
    'Traceback (most recent call last):',
    'calibration running',
  ])('is not: %s', (message) => {
    expect(isException(message)).toBe(false);
  });

  it('takes the journal’s level where the line states none', () => {
    expect(isException('calibration failed', 3)).toBe(true);
    expect(isException('calibration failed', 0)).toBe(true);
    expect(isException('calibration failed', 4)).toBe(false);
    expect(isException('calibration failed', undefined)).toBe(false);
    expect(isException('INFO calibration loaded', 3)).toBe(false);
    expect(isException('Expected Calibration Error: 0.03', 3)).toBe(false);
  });

  it('names calibration, whatever else it says', () => {
    const other = fc.string().filter((text) => !/calibrat/i.test(text));
    fc.assert(
      fc.property(other, fc.nat(7), (message, priority) => {
        expect(isException(`ERROR exception ${message}`, priority)).toBe(false);
      }),
    );
  });

  it('is one with a level in front, whatever follows it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ERROR', 'CRITICAL', 'FATAL'),
        fc.string(),
        fc.nat(7),
        (level, text, priority) => {
          expect(isException(`${level} [calibration] ${text}`, priority)).toBe(true);
        },
      ),
    );
  });
});
