import parse from 'jsonpath-rfc9535/parser';
import { errorMessage } from '../platform/errors.js';

/** What a JSONPath (RFC 9535) asks for first: the name of a member, where it is one. */
export interface JsonPathStart {
  readonly member: string | undefined;
}

/** Functions that run a regular expression, which text of the trading system could make run for ever. */
const regularExpressions: ReadonlySet<string> = new Set(['match', 'search']);

/** @throws Error that says what is wrong, where it is no JSONPath or one that is not taken */
export function parseJsonPath(path: string): JsonPathStart {
  const { segments } = parsed(path);
  const forbidden = functionsOf(segments).find((name) => regularExpressions.has(name));
  if (forbidden !== undefined)
    throw new Error(`"${path}" uses ${forbidden}(), which is not taken; compare with == instead`);
  const [first] = segments;
  return { member: first?.type === 'ChildSegment' ? memberOf(first.node) : undefined };
}

type Query = ReturnType<typeof parse>;
type Node = Query['segments'][number]['node'];

function parsed(path: string): Query {
  try {
    return parse(path);
  } catch (error) {
    throw new Error(`"${path}" is no JSONPath; write it like $.positions[0].size (${errorMessage(error)})`);
  }
}

function memberOf(node: Node): string | undefined {
  if (node.type === 'MemberNameShorthand') return node.value;
  if (node.type !== 'BracketedSelection') return undefined;
  const [selector, ...others] = node.selectors;
  return others.length === 0 && selector?.type === 'NameSelector' ? selector.value : undefined;
}

/** The functions that any part of a path calls. */
function functionsOf(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own =
    'type' in part && part.type === 'FunctionExpr' && 'name' in part && typeof part.name === 'string'
      ? [part.name]
      : [];
  return [...own, ...Object.values(part).flatMap(functionsOf)];
}
