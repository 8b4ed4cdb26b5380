import type { AlertingRule, PrometheusClient } from '../../alerts/prometheus.js';
import type { Deployment } from '../../deployments/deployment.js';
import { goLiveForm } from '../observation/go-live-form.js';
import { firstOrderBox } from '../observation/anomalies.js';
import { readJudgedValues } from '../observation/judged-values.js';
import { kindFacts } from '../observation/kinds.js';
import { isOwn } from '../observation/observation.js';
import { checklistSection } from '../observation/questions-sections.js';
import { readSight } from '../observation/sight.js';
import { subjectOf, type ObservedKind, type Subject } from '../observation/subject.js';
import { answerTo, type Evidence } from '../observation/verdict.js';
import type { Box } from '../playbook/document.js';
import { readChecklists, type Checklist } from '../playbook/checklist.js';
import { Enquiry } from '../playbook/enquiry.js';
import { readFiredAlerts } from '../playbook/fired-alerts.js';
import { periodOf, type Occasion } from '../playbook/period.js';
import { canaryStepBoxes, outcomeBoxes } from './checklist-steps.js';
import { calibrationForms, canaryForms, type ChecklistForm } from './checklist-forms.js';

/** A checklist of a runbook, ticked by itself. */
export interface ShownChecklist {
  /** id of the deployment that it is about */
  readonly deployment: string;
  readonly title: string;
  readonly boxes: readonly Box[];
}

/** Alerts are looked for from before the start, so that one that fired before it is told from one of its first minutes. Seconds. */
const lookBack = 900;
/** Hours of the playbook's daily checklists. */
const day = 24;
const daily: readonly Occasion[] = ['morning', 'midday', 'end of day'];

const forms: Readonly<Record<ObservedKind, readonly ChecklistForm[]>> = {
  canary: canaryForms,
  calibration: calibrationForms,
  'go-live': goLiveForm.checklists,
};

/**
 * The checklists of the runbooks of these deployments.
 * @param now Unix seconds
 * @throws PrometheusError where it does not answer at all
 */
export async function readPageChecklists(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  deployments: readonly Deployment[],
  now: number,
): Promise<ShownChecklist[]> {
  const lists = await Promise.all(
    deployments.map((deployment) => {
      const subject = subjectOf(deployment, now);
      return subject === undefined
        ? readDaily(prometheus, rules, deployment, now)
        : readObserved(prometheus, rules, subject);
    }),
  );
  // It went away in between: what was not answered would look like what is not there.
  await prometheus.query('vector(1)');
  return lists.flat();
}

async function readObserved(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  subject: Subject,
): Promise<ShownChecklist[]> {
  const { kind, start, end, deployment } = subject;
  const { runbook } = kindFacts[kind];
  const enquiry = new Enquiry(prometheus, end);
  const own = rules.filter(({ labels }) => labels.runbook === runbook);
  const period = { hours: (end - start + lookBack) / 3600, start: start - lookBack, end };
  const [sight, fired, values] = await Promise.all([
    readSight(enquiry, subject),
    readFiredAlerts(enquiry, period, rules),
    readJudgedValues(enquiry, [], own, subject, []),
  ]);
  const episodes = fired.episodes.filter(
    (episode) => episode.end >= start && isOwn(episode, subject, runbook),
  );
  const evidence = { rules, episodes, values, sight, isUnderWay: subject.isUnderWay };
  return checklistsFrom(deployment, kind, evidence);
}

/** The same, from the answers. */
export function checklistsFrom(
  deployment: Deployment,
  kind: ObservedKind,
  evidence: Evidence,
): ShownChecklist[] {
  const lists = forms[kind].map((form, index) => ({
    deployment: deployment.id,
    title: form.title,
    boxes: [
      ...(kind === 'canary' && index === 0 ? canaryStepBoxes(deployment) : []),
      ...formBoxes(form, evidence, kind === 'go-live'),
      ...(kind === 'go-live' && index === forms[kind].length - 1 ? [firstOrderBox(evidence)] : []),
    ],
  }));
  return [...lists, { deployment: deployment.id, title: 'At the end', boxes: outcomeBoxes(deployment) }];
}

/** @param isNumeric a question has one number, which says more than that its alert is silent */
function formBoxes(
  { title, questions, phase }: ChecklistForm,
  evidence: Evidence,
  isNumeric: boolean,
): readonly Box[] {
  const { boxes } = checklistSection(
    title,
    questions.map((question) => answerTo(question, evidence)),
  );
  if (phase !== undefined && !evidence.sight.phases.includes(phase))
    return boxes.map((box) => (box.state === 'not ticked' ? box : notReached(box, phase, evidence)));
  if (isNumeric) return boxes;
  return boxes.map((box, index) =>
    box.state === 'ticked' ? { ...box, note: `silent: ${(questions[index]?.alerts ?? []).join(', ')}` } : box,
  );
}

/** What an alert of a later phase says counts at once; its silence counts from that phase on. */
function notReached({ text }: Box, phase: string, { isUnderWay }: Evidence): Box {
  return isUnderWay
    ? { state: 'to do', text, note: `judged from phase ${phase} on` }
    : { state: 'unknown', text, note: `phase ${phase} was not reached` };
}

async function readDaily(
  prometheus: PrometheusClient,
  rules: readonly AlertingRule[],
  { id }: Deployment,
  now: number,
): Promise<ShownChecklist[]> {
  const enquiry = new Enquiry(prometheus, now);
  const { episodes } = await readFiredAlerts(enquiry, periodOf(day, now), rules);
  const lists = await readChecklists(enquiry, daily, rules, episodes);
  return lists.map((list) => shownDaily(id, list));
}

function shownDaily(deployment: string, { occasion, boxes }: Checklist): ShownChecklist {
  const title = `${occasion.charAt(0).toUpperCase()}${occasion.slice(1)}, over ${day} hours`;
  return { deployment, title, boxes };
}
