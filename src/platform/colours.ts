import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/**
 * Colours for what is written there: on a terminal only, and not where NO_COLOR is set or the terminal has none. Other
 * signs that tools go by (CI, FORCE_COLOR) do not count: what is piped is read by scripts.
 */
export function coloursFor(
  stream: { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv = process.env,
): Colours {
  const unwanted = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return pc.createColors(stream.isTTY === true && !unwanted);
}
