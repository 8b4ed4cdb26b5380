import { createColors } from 'picocolors';

/** How words are made to stand out. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** Colours, or none: for files, pipes and people who set NO_COLOR. */
export function paintFor(coloured: boolean): Paint {
  const colours = createColors(coloured);
  return {
    good: colours.green,
    warn: colours.yellow,
    bad: colours.red,
    dim: colours.dim,
    strong: colours.bold,
  };
}

export const plainPaint = paintFor(false);
