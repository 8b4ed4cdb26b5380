import type { Drill, DrillLeg, DrillStep } from '../deployments/drill.js';
import { alignColumns } from './model-table.js';
import type { Paint } from './paint.js';
import { printable } from './text.js';

/** What stands where nobody can say a time. */
const nothing = '-';

/** How a drill ended, when each of its legs did, and what to look at where one is missing. */
export function renderDrill(drill: Drill, paint: Paint): string {
  const { id, note, missing } = drill;
  const [heading = '', ...lines] = alignColumns([
    ['leg', '', 'at (UTC)', 'after', 'total'],
    ...drill.legs.map((step) => row(step, drill)),
  ]);
  return `${[
    headingOf(drill, paint),
    '',
    `  ${paint.dim(heading)}`,
    ...lines.map((line, index) => `  ${drill.legs[index]?.leg === missing ? paint.bad(line) : line}`),
    '',
    `  Drill  ${id}`,
    ...(note === '' ? [] : [`  Note   ${printable(note)}`]),
    ...(missing === null ? [] : ['', `  -> ${advice[missing]}`]),
  ].join('\n')}\n`;
}

function headingOf({ result, missing, note, legs, timeout_seconds }: Drill, paint: Paint): string {
  switch (result) {
    case 'succeeded':
      return paint.good(`✅ The drill came through and was verified in ${seconds(totalOf(legs))}`);
    case 'failed':
      return paint.bad(
        missing === 'written'
          ? '❌ DRILL FAILED: its violation could not be written down'
          : `❌ DRILL FAILED: "${missing ?? ''}" never came, within ${timeout_seconds} s`,
      );
    case 'not_run':
      return paint.warn(`The drill was ${printable(note)}`);
    case null:
      return paint.warn('The drill is not over');
  }
}

function row({ leg, at, after }: DrillStep, { started_at: start, trigger }: Drill): string[] {
  // Where the reconciliation was faster, what the webhook brought was decided already.
  const by =
    leg === 'decided' && trigger !== null ? `by ${trigger}` : leg === 'delivered' ? 'by webhook' : '';
  if (at === null) return [leg, by, nothing, nothing, nothing];
  return [leg, by, clock(at), after === null ? nothing : seconds(after), seconds(Math.max(0, at - start))];
}

function totalOf(legs: readonly DrillStep[]): number {
  const times = legs.flatMap(({ at }) => at ?? []);
  return Math.max(...times) - Math.min(...times);
}

/** `12:34:56.789` */
function clock(unixSeconds: number): string {
  return new Date(Math.round(unixSeconds * 1000)).toISOString().slice(11, 23);
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}

/** What to look at where a leg never came. */
const advice: Readonly<Record<DrillLeg, string>> = {
  written: 'The receiver cannot write below state.directory: look at its owner and at the space left.',
  scraped:
    'No scrape of the exporter brought the drill: is the exporter up, with the same state.directory as the receiver, and does Prometheus answer and scrape it (/targets)?',
  evaluated:
    'Prometheus scraped the drill and RedlineDrill did not fire: does it load prometheus/rules/redline.yml of this version (/rules), and how far apart are the clocks?',
  delivered:
    'Alertmanager did not deliver the alert by webhook: is it up, does Prometheus know it (/status), and does its rollback route reach this receiver with its token? What fires is still rolled back: the receiver asks Prometheus.',
  decided: "The alert came and started nothing: read the receiver's log, and redline audit.",
  started:
    'The plan did not begin: another rollback runs, or files or units cannot be asked; see redline audit.',
  done: 'The script of the plan failed or ran out of time: see its output in GET /api/rollbacks, and redline audit.',
  verified:
    'The script ended well and what it did was not found: see redline audit, and look at state.directory.',
};
