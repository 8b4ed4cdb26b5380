import type { AlertingRule } from '../../alerts/prometheus.js';
import { checklistBoxes, judgeNamed, type BoxJudge, type ChecklistBox } from './checklist-boxes.js';
import type { Enquiry } from './enquiry.js';
import type { FiredAlert } from './fired-alerts.js';
import type { Occasion } from './period.js';

/** How a box stands. `unknown` is never shown as ticked: silence of a rule that cannot see is not health. */
export interface CheckedBox {
  readonly text: string;
  readonly state: 'ticked' | 'not ticked' | 'unknown';
  /** what it rests on, or why it is not ticked */
  readonly note: string;
}

export interface Checklist {
  readonly occasion: Occasion;
  readonly boxes: readonly CheckedBox[];
}

/** What tells how boxes stand. */
export interface ChecklistEvidence {
  readonly rules: readonly Pick<AlertingRule, 'name' | 'health' | 'labels' | 'annotations'>[];
  readonly episodes: readonly FiredAlert[];
  /** PromQL of inputs that have a value now */
  readonly present: ReadonlySet<string>;
}

/** The checklists of these occasions, judged by the alerts of the period. */
export async function readChecklists(
  enquiry: Enquiry,
  occasions: readonly Occasion[],
  rules: readonly AlertingRule[],
  episodes: readonly FiredAlert[],
): Promise<Checklist[]> {
  const boxes = occasions.flatMap((occasion) => checklistBoxes[occasion]);
  const asked = new Set(
    boxes.flatMap((box) => judgesOf(box, rules).flatMap((judge) => inputOf(judge, rules) ?? [])),
  );
  const answers = await Promise.all(
    [...asked].map(async (input) => ((await enquiry.samples(input)).length > 0 ? [input] : [])),
  );
  return checklistsFrom(occasions, { rules, episodes, present: new Set(answers.flat()) });
}

/** The same, from the answers. */
export function checklistsFrom(occasions: readonly Occasion[], evidence: ChecklistEvidence): Checklist[] {
  return occasions.map((occasion) => ({
    occasion,
    boxes: checklistBoxes[occasion].map((box) => ({ text: box.text, ...check(box, evidence) })),
  }));
}

type Standing = Omit<CheckedBox, 'text'>;

function check(box: ChecklistBox, evidence: ChecklistEvidence): Standing {
  if (box.rule.by === 'hand') return { state: 'unknown', note: `by hand: ${box.rule.how}` };
  const judges = judgesOf(box, evidence.rules);
  const fired = firedOf(box, judges, evidence.episodes);
  if (fired.length > 0) return { state: 'not ticked', note: `fired: ${fired.join(', ')}` };
  if (judges.length === 0) return { state: 'unknown', note: 'Prometheus knows no rule that would judge it' };
  return box.rule.by === 'alerts' ? eachSilent(judges, evidence) : allSilent(judges, evidence);
}

/** A box with alerts of its own: each of them must have had something to judge. */
function eachSilent(judges: readonly BoxJudge[], evidence: ChecklistEvidence): Standing {
  const blind = judges.flatMap((judge) => whyBlind(judge, evidence));
  if (blind.length > 0) return { state: 'unknown', note: blind.slice(0, shownReasons).join('; ') };
  return { state: 'ticked', note: `silent: ${names(judges)}` };
}

/** A box about every alert of a kind: all are evaluated; those that have nothing to judge, as before the first trade, are named. */
function allSilent(judges: readonly BoxJudge[], evidence: ChecklistEvidence): Standing {
  const broken = judges.flatMap(({ alertname }) => whyNotEvaluated(alertname, evidence));
  if (broken.length > 0) return { state: 'unknown', note: broken.slice(0, shownReasons).join('; ') };
  const idle = judges.filter((judge) => whyBlind(judge, evidence).length > 0);
  if (idle.length === judges.length)
    return { state: 'unknown', note: 'none of its alerts has anything to judge' };
  const silent = `${judges.length} alerts, all silent`;
  return {
    state: 'ticked',
    note: idle.length === 0 ? silent : `${silent}; with nothing to judge: ${names(idle)}`,
  };
}

/** Reasons that are shown of a box. */
const shownReasons = 3;

function names(judges: readonly BoxJudge[]): string {
  return judges.map(({ alertname }) => alertname).join(', ');
}

/** Alerts of these boxes are of the playbook; of Redline itself are only those that a box names. */
const playbook = 'playbook';

/** The alerts that judge a box: those that it names, or all of the playbook with its label. */
function judgesOf({ rule }: ChecklistBox, rules: ChecklistEvidence['rules']): BoxJudge[] {
  if (rule.by === 'hand') return [];
  if (rule.by === 'alerts') return [...rule.judges];
  const known = rules.filter(
    ({ labels }) => labels.runbook === playbook && labels[rule.label] === rule.value,
  );
  return [...new Set(known.map(({ name }) => name))].map(judgeNamed);
}

/** Names of the alerts that fired against a box, each once. A box about all alerts of a kind counts those of other runbooks too. */
function firedOf(
  { rule }: ChecklistBox,
  judges: readonly BoxJudge[],
  episodes: readonly FiredAlert[],
): string[] {
  const counts = (episode: FiredAlert): boolean =>
    rule.by === 'no alert with'
      ? episode[rule.label] === rule.value
      : judges.some(({ alertname }) => alertname === episode.alertname);
  return [...new Set(episodes.filter(counts).map(({ alertname }) => alertname))].sort();
}

function whyNotEvaluated(alertname: string, { rules }: ChecklistEvidence): string[] {
  const own = rules.filter(({ name }) => name === alertname);
  if (own.length === 0) return [`Prometheus does not know ${alertname}`];
  return own.some(({ health }) => health !== 'ok') ? [`${alertname} is not evaluated`] : [];
}

/** Why nobody can say whether an alert should have fired; empty: it could. */
function whyBlind(judge: BoxJudge, evidence: ChecklistEvidence): string[] {
  const broken = whyNotEvaluated(judge.alertname, evidence);
  if (broken.length > 0) return broken;
  const input = inputOf(judge, evidence.rules);
  return input !== undefined && evidence.present.has(input)
    ? []
    : [`${judge.alertname} has nothing to judge`];
}

/** What must be there for an alert to see: what its rule judges, where neither the box nor its rule knows better. */
function inputOf(judge: BoxJudge, rules: ChecklistEvidence['rules']): string | undefined {
  const rule = rules.find(({ name }) => name === judge.alertname);
  return judge.watch ?? rule?.annotations.query ?? judge.input;
}
