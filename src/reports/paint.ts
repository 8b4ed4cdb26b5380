import { coloursFor, type Colours } from '../platform/colours.js';

/** How words are made to stand out. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

/** What stands out in which colour. */
export function paintFor(colours: Colours): Paint {
  return {
    good: colours.green,
    warn: colours.yellow,
    bad: colours.red,
    dim: colours.dim,
    strong: colours.bold,
  };
}

export const plainPaint = paintFor(coloursFor({ isTTY: false }));
