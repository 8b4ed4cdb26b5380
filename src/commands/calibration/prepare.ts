import { setTimeout as delay } from 'node:timers/promises';
import { PrometheusError } from '../../alerts/prometheus.js';
import { askedQuantities, judgedInputs } from '../../deployments/calibration-inputs.js';
import { ExitCode, UserError, errorMessage } from '../../platform/errors.js';
import { writeFileAtomically } from '../../platform/files.js';
import { captureBaseline, type Capture } from '../../reports/baseline.js';
import { overridesLines } from '../../reports/baseline-overrides.js';
import { baselineTable, renderBaselineFile, unknownQuantity } from '../../reports/baseline-table.js';
import { watchLines } from '../../reports/baseline-watch.js';
import { hasFailure, renderCheckLines, type CheckLine } from '../../reports/check-lines.js';
import { plainPaint } from '../../reports/paint.js';
import { operatorName } from '../operator.js';
import { openServices, type Services } from '../services.js';
import { note, outputPaint, print, printJson, Progress } from '../terminal.js';
import { periodCautions } from './cautions.js';
import { calibrationPreflight } from './preflight.js';

/** How long a reading is waited for that nobody has yet, seconds. */
const patience = 15;

interface PrepareOptions {
  readonly operator?: string;
  readonly json?: true;
}

/** What a preparation came to. */
interface Preparation {
  readonly checks: readonly CheckLine[];
  /** undefined: the checks failed, and nothing was captured */
  readonly capture: Capture | undefined;
}

/** `redline deploy prepare calibration`. @returns 0 prepared, 2 refused; then nothing was written */
export async function prepareCalibration(
  configPath: string | undefined,
  { operator, json }: PrepareOptions,
): Promise<ExitCode> {
  const services = openServices(configPath);
  const preparation = await prepare(services);
  const { checks, capture } = preparation;
  const isPrepared = !hasFailure(checks) && capture !== undefined;
  if (isPrepared) await keep(services, capture, checks, operatorName(operator));
  const { calibration_baseline: file } = services.config.files;
  if (json) {
    const { baseline = null, unknown = [] } = capture ?? {};
    printJson({ ok: isPrepared, checks, baseline, unknown, file: isPrepared ? file : null });
  } else {
    print(render(services, preparation));
    if (isPrepared)
      print(`Written to ${file}. Make the change, then: ${services.command} deploy start calibration`);
  }
  if (isPrepared) return ExitCode.ok;
  note('redline: the calibration is not prepared: mend what FAIL names above. Nothing was written.');
  return ExitCode.refused;
}

async function prepare(services: Services): Promise<Preparation> {
  const checks = await calibrationPreflight(services);
  if (hasFailure(checks)) return { checks, capture: undefined };
  const { config, prometheus } = services;
  try {
    const capture = await captureWhole(services);
    const cautions = [
      ...(await periodCautions(services, capture.baseline)),
      ...(await overridesLines(prometheus, capture.baseline)),
      ...(judgedInputs(config).includes('engine_unit') ? await watchLines(prometheus) : []),
    ];
    return { checks: [...checks, ...cautions, ...capture.unknown.map(unknownLine)], capture };
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const line: CheckLine = { what: 'baseline', level: 'fail', detail: error.message };
    return { checks: [...checks, line], capture: undefined };
  }
}

/** Right after a start not everything has been read yet: what nobody knows is asked for again for a while. */
async function captureWhole({ config, prometheus }: Services): Promise<Capture> {
  const progress = new Progress();
  const deadline = performance.now() + patience * 1000;
  try {
    for (;;) {
      const capture = await captureBaseline(prometheus, {
        quantities: askedQuantities(judgedInputs(config)),
        floors: config.deployments.calibration.floors,
        from: 'either',
      });
      if (capture.unknown.length === 0 || performance.now() >= deadline) return capture;
      progress.waitingFor(`a reading of ${capture.unknown.join(', ')}`);
      await delay(1000);
    }
  } finally {
    progress.done();
  }
}

function unknownLine(quantity: Capture['unknown'][number]): CheckLine {
  return { what: 'baseline', level: 'fail', ...unknownQuantity(quantity) };
}

/** The receiver has it first: a file of a baseline that nobody judges by would be wrong. */
async function keep(
  { receiver, config }: Services,
  { baseline }: Capture,
  checks: readonly CheckLine[],
  operator: string,
): Promise<void> {
  await receiver.prepareBaseline({ kind: 'calibration', operator, baseline });
  const path = config.files.calibration_baseline;
  const table = baselineTable(baseline, config.deployments.calibration.floors);
  const text = renderBaselineFile(baseline, table, operator, renderCheckLines(checks, plainPaint));
  try {
    await writeFileAtomically(path, text);
  } catch (error) {
    throw new UserError(
      `The receiver has the baseline, but it could not be written to ${path}: ${errorMessage(error)}`,
    );
  }
}

function render({ config }: Services, { checks, capture }: Preparation): string {
  const lines = renderCheckLines(checks, outputPaint());
  if (capture === undefined) return lines;
  const table = baselineTable(capture.baseline, config.deployments.calibration.floors);
  return `${lines}\n${table.join('\n')}\n\n`;
}
