/**
 * What a runbook asks about an observation, as its report shows it: which alerts answer each question. Whether an answer
 * is good is said by the alerts alone.
 */
export interface Question {
  readonly text: string;
  /** alerts that judge it; the first has the value and the limit that are shown */
  readonly alerts: readonly string[];
  /** how the value must lie to the limit, such as `at most`; undefined: the limit says nothing without the rest of the rule */
  readonly relation: string | undefined;
  /** what is to be so, where no limit is told */
  readonly target: string;
  /** inputs without which its alerts are silent for want of sight */
  readonly inputs: readonly string[];
}

/** A checklist of the runbook. */
export interface QuestionList {
  readonly title: string;
  readonly questions: readonly Question[];
}

/** The questions of one kind of observation. */
export interface ObservationForm {
  readonly checklists: readonly QuestionList[];
  /** all must hold */
  readonly success: readonly Question[];
  /** any one rolls back */
  readonly failure: readonly Question[];
}
