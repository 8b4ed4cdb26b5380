/**
 * The systemd drop-in that makes the engine run with the canary's weights.
 * @param weightsPath the canary's weights file, absolute
 */
export function overrideText(model: string, weightsPath: string): string {
  return `${[
    '[Service]',
    environmentLine('QSC_CANARY_MODEL', model),
    environmentLine('QSC_MODEL_WEIGHTS_FILE', weightsPath),
  ].join('\n')}\n`;
}

/** systemd expands `%` and reads quotes and backslashes; a line break would begin a setting of its own. */
function environmentLine(name: string, value: string): string {
  if (/\p{Cc}/u.test(value)) throw new Error(`${name} must not hold control characters`);
  const escaped = value.replaceAll('%', '%%');
  if (/^[\w./%@+:,-]*$/.test(value)) return `Environment=${name}=${escaped}`;
  return `Environment="${name}=${escaped.replaceAll(/[\\"]/g, '\\$&')}"`;
}
