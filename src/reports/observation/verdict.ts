import type { AlertingRule } from '../../alerts/prometheus.js';
import { enoughData } from '../../deployments/enough-data.js';
import { formatTime } from '../numbers.js';
import { outOfScope } from '../judged-scope.js';
import { valueText } from '../playbook/alert-section.js';
import type { FiredAlert } from '../playbook/fired-alerts.js';
import { formatAlertLimit } from '../alert-units.js';
import type { Question } from './form.js';
import type { JudgedValues } from './judged-values.js';
import type { Sight } from './sight.js';
import { limitText, rangeText } from './value-text.js';

/** How a question is answered. `UNKNOWN` is never a pass: the silence of a rule that cannot see is no health. */
export type Verdict = 'PASS' | 'FAIL' | 'MONITORING' | 'UNKNOWN';

/** The answer to a question of the form. */
export interface Answer {
  readonly question: Question;
  readonly verdict: Verdict;
  /** what was to be so, with the limit */
  readonly target: string;
  /** values, or why nobody can say */
  readonly note: string;
}

/** What answers rest on. */
export interface Evidence {
  readonly rules: readonly Pick<AlertingRule, 'name' | 'health' | 'query' | 'labels'>[];
  /** alerts of this observation that fired */
  readonly episodes: readonly FiredAlert[];
  readonly values: readonly JudgedValues[];
  readonly sight: Sight;
  readonly isUnderWay: boolean;
}

/** Fires where an input of a deployment is missing; its label `input` says which. */
const inputMissing = 'DeploymentInputMissing';
/** Episodes that are told of an answer. */
const told = 2;

/** Answers a question by the alerts that fired, and by whether they could have. */
export function answerTo(question: Question, evidence: Evidence): Answer {
  const judged = valuesFor(question, evidence);
  return { question, target: targetText(question, judged), ...judgement(question, judged, evidence) };
}

type Judgement = Pick<Answer, 'verdict' | 'note'>;

function judgement(question: Question, judged: JudgedValues | undefined, evidence: Evidence): Judgement {
  const { episodes, isUnderWay } = evidence;
  const fired = episodes.filter(({ alertname }) => question.alerts.includes(alertname));
  if (fired.length > 0) return { verdict: 'FAIL', note: firedText(fired) };
  const broken = question.alerts.flatMap((name) => whyNotEvaluated(name, evidence));
  if (broken.length > 0) return { verdict: 'UNKNOWN', note: broken.join('; ') };
  const missing = missingInputs(question, evidence);
  if (missing.length > 0) return { verdict: 'UNKNOWN', note: `input was missing: ${missing.join(', ')}` };
  const sparse = sparseInputs(question, evidence);
  if (sparse.length > 0) return { verdict: 'UNKNOWN', note: sparse.join('; ') };
  const values = judged === undefined ? '' : rangeText(judged);
  const silent = isUnderWay ? 'MONITORING' : 'PASS';
  if (values !== '') return { verdict: silent, note: values };
  return blindJudgement(question, evidence, silent);
}

/** No value: because there was nothing to judge yet, or because nobody could see. */
function blindJudgement(question: Question, evidence: Evidence, silent: Verdict): Judgement {
  const { sight, isUnderWay, rules } = evidence;
  const seen = question.inputs.filter((name) => shareOf(sight, name) !== undefined);
  if (question.inputs.length > 0 && seen.length === question.inputs.length)
    return { verdict: silent, note: 'silent, and its input was there' };
  const scope = { phases: sight.phases, inputs: sight.inputs.map(({ input }) => input).filter(Boolean) };
  const [reason] = rules
    .filter(({ name }) => question.alerts.includes(name))
    .flatMap(({ query }) => outOfScope(query, scope) ?? []);
  if (reason !== undefined) return { verdict: isUnderWay ? 'MONITORING' : 'UNKNOWN', note: reason };
  return { verdict: 'UNKNOWN', note: 'no value in this time' };
}

/** `-0.7% (limit -0.5%), 21:04:11 to 21:06:00`; of many the first. */
function firedText(fired: readonly FiredAlert[]): string {
  const inOrder = [...fired].sort((a, b) => a.start - b.start);
  const texts = inOrder.slice(0, told).map((episode) => `fired ${episodeText(episode)}`);
  const more = fired.length - told;
  return [...texts, ...(more > 0 ? [`and ${more} times more`] : [])].join('; ');
}

/** When an alert fired, and with which value against which limit. */
export function episodeText(episode: FiredAlert): string {
  const { alertname, start, end, limits } = episode;
  const value = valueText(episode);
  const limit = limits.map((one) => formatAlertLimit(alertname, one)).join(' to ');
  const judged = [value, ...(limit === '' ? [] : [`(limit ${limit})`])].join(' ').trim();
  return `${formatTime(start)} to ${formatTime(end)}${judged === '' ? '' : `: ${judged}`}`;
}

function whyNotEvaluated(alertname: string, { rules }: Evidence): string[] {
  const own = rules.filter(({ name }) => name === alertname);
  if (own.length === 0) return [`Prometheus does not know ${alertname}`];
  return own.some(({ health }) => health !== 'ok') ? [`${alertname} is not evaluated`] : [];
}

function missingInputs({ inputs }: Question, { episodes }: Evidence): string[] {
  return episodes
    .filter(({ alertname, labels }) => alertname === inputMissing && inputs.includes(labels.input ?? ''))
    .map((episode) => `${episode.labels.input ?? ''} ${episodeText(episode)}`);
}

/** Values of the little that was seen are no answer for the rest; while under way for the part that is counted so far. */
function sparseInputs({ inputs }: Question, { sight }: Evidence): string[] {
  return inputs.flatMap((input) => {
    const share = shareOf(sight, input);
    if (share === undefined || share >= enoughData) return [];
    return [`input there for ${Math.floor(share * 100)}% only: ${input}`];
  });
}

/** The share in which an input was there; of a canary all of them are counted together. */
function shareOf({ inputs }: Sight, input: string): number | undefined {
  const own = inputs.find((one) => one.input === input) ?? inputs.find((one) => one.input === '');
  return own?.share;
}

function valuesFor({ alerts }: Question, { values }: Evidence): JudgedValues | undefined {
  const own = values.filter(({ alertname }) => alerts.includes(alertname));
  return own.find(({ lowest }) => lowest !== undefined) ?? own[0];
}

function targetText({ relation, target }: Question, judged: JudgedValues | undefined): string {
  const limit = judged === undefined ? '' : limitText(judged);
  return limit === '' || relation === undefined ? target : `${relation} ${limit}`;
}
