import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * An order in which the files whose path contains the first of these texts come first, then those of the second: what takes
 * minutes before what takes seconds, which fills the end, where one worker would wait for the other.
 */
export function first(parts: readonly string[]): typeof BaseSequencer {
  const rank = ({ moduleId }: TestSpecification): number => {
    const found = parts.findIndex((part) => moduleId.includes(part));
    return found < 0 ? parts.length : found;
  };
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
    }
  };
}
