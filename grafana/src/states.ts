import {
  MappingType,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Severity } from './alerts.js';

/** Colours that can be read in Grafana's light and in its dark theme. */
export const colour = {
  critical: 'red',
  warning: 'orange',
  info: 'blue',
  good: 'green',
  neutral: '#808a96',
} as const satisfies Record<Severity, string> & Record<string, string>;

interface State {
  readonly text: string;
  readonly colour: string;
}

const no: State = { text: 'no', colour: colour.good };

/** What the values of a state are called, and how urgent they are. */
const states = {
  up: { 0: { text: 'down', colour: colour.critical }, 1: { text: 'up', colour: colour.good } },
  sound: {
    0: { text: 'not in order', colour: colour.critical },
    1: { text: 'in order', colour: colour.good },
  },
  success: {
    0: { text: 'failing', colour: colour.critical },
    1: { text: 'succeeding', colour: colour.good },
  },
  there: { 0: { text: 'missing', colour: colour.warning }, 1: { text: 'there', colour: colour.good } },
  /** being there is neither good nor bad */
  present: { 0: { text: 'not there', colour: colour.neutral }, 1: { text: 'there', colour: colour.info } },
  loaded: { 0: { text: 'not loaded', colour: colour.warning }, 1: { text: 'loaded', colour: colour.good } },
  holds: { 0: { text: 'no', colour: colour.neutral }, 1: { text: 'yes', colour: colour.info } },
  sign: { 0: no, 1: { text: 'yes', colour: colour.critical } },
  armed: {
    0: { text: 'NOT ARMED', colour: colour.critical },
    1: { text: 'armed', colour: colour.good },
  },
  running: { 0: { text: 'none', colour: colour.good }, 1: { text: 'RUNNING', colour: colour.warning } },
  killSwitch: { 0: { text: 'off', colour: colour.good }, 1: { text: 'SET', colour: colour.warning } },
  gate: {
    0: { text: 'GO', colour: colour.good },
    1: { text: 'WAIT', colour: colour.warning },
    2: { text: 'NO-GO', colour: colour.critical },
  },
  level: {
    0: { text: 'quiet', colour: colour.good },
    1: { text: 'info', colour: colour.info },
    2: { text: 'warning', colour: colour.warning },
    3: { text: 'critical', colour: colour.critical },
  },
  alert: {
    1: { text: 'pending', colour: colour.warning },
    2: { text: 'firing', colour: colour.critical },
  },
} as const satisfies Record<string, Readonly<Record<number, State>>>;

export type StateName = keyof typeof states;

/** The mapping by which Grafana shows the values of a state as words and colours. */
export function mappingOf(name: StateName): ValueMapping {
  const options = Object.entries<State>(states[name]).map(
    ([value, { text, colour: color }], index) => [value, { text, color, index }] as const,
  );
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

/** A value that has no name in a state is grey: Grafana colours states by thresholds, and has red and green ones by default. */
export function onlyNamed(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: colour.neutral }]);
}

/** What stands where a value is absent. */
export function absentAs(text: string): ValueMapping {
  return {
    type: MappingType.SpecialValue,
    options: { match: SpecialValueMatch.NullAndNan, result: { text, color: colour.neutral, index: 0 } },
  };
}
