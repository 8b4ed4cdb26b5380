import type { TextFile } from '../sources/text-file.js';
import { CollectorError, type CollectContext } from './collector.js';
import { exists, modified, valid } from './shared-metrics.js';

/**
 * Sets what is told of every file whose content matters: whether it is there, when it was changed, whether it is valid.
 * @param parse undefined where the text is not what the file should hold
 * @returns what it holds; undefined where it is missing or not valid
 * @throws CollectorError, SourceError where it cannot be read: it is then not valid
 */
export async function collectTextFile<T>(
  context: CollectContext,
  file: string,
  content: TextFile,
  parse: (text: string) => T | undefined,
): Promise<T | undefined> {
  // What nobody can read, nobody can roll back to.
  context.set(valid, { file }, 0);
  const state = await content.read();
  context.trace(file, () => state);
  context.set(exists, { file }, state === undefined ? 0 : 1);
  context.set(modified, { file }, state?.modified);
  if (state?.problem !== undefined) throw new CollectorError('unreadable', state.problem);
  const value = state?.text === undefined ? undefined : parse(state.text);
  context.set(valid, { file }, value === undefined ? 0 : 1);
  return value;
}
