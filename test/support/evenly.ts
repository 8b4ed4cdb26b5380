import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * An order in which scenarios come before unit tests, which fill the end, where one worker would wait for the other; among
 * the scenarios, those whose path contains this text are spread evenly: they keep a processor busy, the others mostly wait.
 */
export function evenly(busy: string): typeof BaseSequencer {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const sorted = await super.sort(files);
      const has = (part: string, { moduleId }: TestSpecification): boolean => moduleId.includes(part);
      const scenarios = sorted.filter((file) => has('/scenarios/', file));
      return [
        ...spread(
          scenarios.filter((file) => has(busy, file)),
          scenarios.filter((file) => !has(busy, file)),
        ),
        ...sorted.filter((file) => !has('/scenarios/', file)),
      ];
    }
  };
}

/** All of both, each in its order, with equally many of `others` between two of `few`. */
function spread<T>(few: readonly T[], others: readonly T[]): T[] {
  const gap = others.length / Math.max(few.length, 1);
  const between = few.flatMap((each, index) => [
    each,
    ...others.slice(Math.round(index * gap), Math.round((index + 1) * gap)),
  ]);
  return few.length === 0 ? [...others] : between;
}
