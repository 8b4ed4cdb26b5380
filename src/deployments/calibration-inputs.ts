import type { Config } from '../config/schema.js';
import type { CalibrationInput } from '../names.js';
import { baselineQuantities, inputOfQuantity, type BaselineQuantity } from './baseline.js';

/** What the rows of a calibration judge here: the configured inputs, less those whose source is configured away. */
export function judgedInputs({
  deployments,
  journal,
  systemd,
}: Pick<Config, 'deployments' | 'journal' | 'systemd'>): CalibrationInput[] {
  const away: readonly CalibrationInput[] = [
    ...(journal.enabled ? [] : (['engine_journal', 'harvest_journal'] as const)),
    ...(systemd.enabled || systemd.engine_pid_file !== '' ? [] : (['engine_unit'] as const)),
    ...(systemd.enabled || systemd.harvest_pid_file !== '' ? [] : (['harvest_unit'] as const)),
  ];
  return deployments.calibration.inputs.filter((input) => !away.includes(input));
}

/** What a baseline must hold where these inputs are judged. */
export function askedQuantities(inputs: readonly CalibrationInput[]): BaselineQuantity[] {
  return baselineQuantities.filter((quantity) => inputs.includes(inputOfQuantity[quantity]));
}
