/** What lines are counted by. `any` is every line. */
export const journalPatterns = [
  'any',
  'error',
  'calibration_exception',
  'blocked',
  'websocket_lost',
  'database_locked',
  'prediction_failed',
  'max_drawdown',
  'confidence_dropped',
  'consecutive_losses',
  'retraining_loss',
] as const;
export type JournalPattern = (typeof journalPatterns)[number];

/** syslog's level `err`, and the journal's: smaller numbers are worse. */
const errorPriority = 3;

const simplePatterns: readonly (readonly [JournalPattern, RegExp])[] = [
  ['error', /error|exception|fatal/i],
  // As the guards write it, and as `grep BLOCKED` finds it.
  ['blocked', /BLOCKED/],
  ['websocket_lost', /WebSocket connection lost/i],
  ['database_locked', /Database locked/i],
  ['prediction_failed', /Prediction failed/i],
  ['max_drawdown', /Max drawdown exceeded/i],
  ['confidence_dropped', /Confidence dropped/i],
  ['consecutive_losses', /consecutive losses/i],
  ['retraining_loss', /Retraining triggered: loss/i],
];

/**
 * The patterns that a line matches, `any` among them.
 * @param priority the journal's level of the line, 0-7; undefined: it has none
 */
export function matchPatterns(message: string, priority: number | undefined): JournalPattern[] {
  const matched: JournalPattern[] = ['any'];
  for (const [pattern, expression] of simplePatterns) if (expression.test(message)) matched.push(pattern);
  if (isCalibrationException(message, priority)) matched.push('calibration_exception');
  return matched;
}

/** A quality of a model that engines report at each calibration, by whatever of its names: no error. */
const calibrationErrorMeasure =
  /(?:expected|maximum|max|average|mean|static|adaptive)[\s_-]*calibration[\s_-]*error/gi;
/** `CalibrationError 0.03` is that quality too; `CalibrationError: 3 bins are empty` is an exception. */
const calibrationErrorValue =
  /calibration[\s_-]?error"?(?:\s*=\s*|\s+|\s*:\s*(?=[\d.]+%?\s*(?:$|[,;)}\]|]|\w+[=:])))[\d.]+(?![\w.])/gi;
/** "0 errors", "no calibration exceptions": that nothing went wrong. */
const nothingBefore = /\b(?:0|no|zero|without)\s+(?:\w+\s+)?(?:errors?|exceptions?|tracebacks?)\b/gi;
/** "exception_count=0", "calibration_exceptions_total 0", "exceptions so far: none": the same. Without : or = it takes a plural or a count. */
const nothingBehind = new RegExp(
  [
    String.raw`(?:errors?|exceptions?|tracebacks?)(?:[_ ](?:count|total))?(?:\{[^}]*\})?"?\s*[:=]\s*`,
    String.raw`(?:errors|exceptions|tracebacks)(?:\s+[a-z]+){1,3}\s*[:=]\s*`,
    String.raw`(?:errors|exceptions|tracebacks)(?:[_ ](?:count|total))?(?:\{[^}]*\})?\s+`,
    String.raw`(?:error|exception|traceback)[_ ](?:count|total)(?:\{[^}]*\})?\s+`,
  ]
    .map((start) => String.raw`${start}(?:0(?:\.0+)?(?!\.?\w)|none\b|null\b|\[\])`)
    .join('|'),
  'gi',
);
const exceptionWord = /exception|traceback/i;
/** ValueError, calibration.LoadError; but not calibration_error, which is a number. */
const exceptionClass = /[A-Za-z0-9]Error\b/;

/**
 * A line that names calibration and carries a level of an error, or names an exception or a traceback. The level that
 * the text states counts. Where it states none, the journal's does: a service's plain output all has the level of
 * its unit (info, unless the unit says otherwise), so that level must not overrule an INFO in the line.
 */
function isCalibrationException(message: string, priority: number | undefined): boolean {
  if (!namesCalibration.test(message)) return false;
  const text = message.replace(calibrationErrorMeasure, ' ');
  if (!namesCalibration.test(text)) return false;
  const complaint = text
    .replace(calibrationErrorValue, ' ')
    .replace(nothingBefore, ' ')
    .replace(nothingBehind, ' ');
  if (exceptionWord.test(complaint) || exceptionClass.test(complaint)) return true;
  const level = statedLevel(text);
  return level === undefined ? (priority ?? Infinity) <= errorPriority : errorLevels.has(level);
}

const namesCalibration = /calibrat/i;
const errorLevels: ReadonlySet<string> = new Set(['ERROR', 'ERR', 'CRITICAL', 'CRIT', 'FATAL']);
/** In capitals, as loggers write it. */
const capitalLevel = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b/;
/** In any case where its place says what it is: `level=error`, `"levelname": "Error"`, `[error]`, `error:` at the start. */
const placedLevel =
  /(?:\b(?:level|levelname|lvl|severity)"?\s*[:=]\s*"?|\[\s*|^\s*(?=\w+:))(trace|debug|info|notice|warn|warning|err|error|crit|critical|fatal)\b/i;

/** The level that a line states first, in capitals. */
function statedLevel(text: string): string | undefined {
  const found = [capitalLevel.exec(text), placedLevel.exec(text)].filter((match) => match !== null);
  const [first] = found.sort((a, b) => a.index - b.index);
  return first?.[1]?.toUpperCase();
}
