/** A piece of a PromQL expression, with its place in the text. */
export interface Token {
  readonly kind: 'string' | 'duration' | 'number' | 'name' | 'comparison' | 'sign';
  readonly text: string;
  readonly start: number;
}

/** A selector of series: the metric's name and its matchers with `=`. */
export interface Selector {
  readonly name: string;
  readonly equal: ReadonlyMap<string, string>;
  /** in the normal form of `normalize`, with all matchers but `window` */
  readonly anyWindow: string;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['string', /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y],
  ['duration', /(?:\d+(?:ms|[smhdwy]))+/y],
  ['number', /\d+(?:\.\d+)?(?:e[+-]?\d+)?/y],
  ['name', /[A-Za-z_][\w:]*/y],
  ['comparison', /[><]=?|==|!=(?!~)/y],
  ['sign', /=~|!~|[-+*/%^=(),{}[\]@:]/y],
];

const listKeywords = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const keywords = new Set([...listKeywords, 'and', 'or', 'unless', 'bool', 'offset']);

/** Cuts an expression into tokens; inside braces `!=` is a sign, elsewhere a comparison. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let braces = 0;
  for (let at = 0; at < expression.length;) {
    if (/\s/.test(expression.charAt(at))) {
      at += 1;
      continue;
    }
    const token = tokenAt(expression, at);
    if (token.text === '{') braces += 1;
    if (token.text === '}') braces -= 1;
    tokens.push(token.kind === 'comparison' && braces > 0 ? { ...token, kind: 'sign' } : token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(expression: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match !== null) return { kind, text: match[0], start: at };
  }
  throw new Error(`no PromQL at ${at}: ${expression.slice(at, at + 20)}`);
}

/** The expression with one blank between tokens, so that layout does not matter. */
export function normalize(expression: string): string {
  return tokenize(expression)
    .map(({ text }) => text)
    .join(' ');
}

/** The selectors of an expression. */
export function selectorsOf(expression: string): Selector[] {
  const tokens = tokenize(expression);
  const selectors: Selector[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token?.kind !== 'name') continue;
    if (listKeywords.has(token.text)) {
      if (next?.text === '(') at = closing(tokens, at + 1, ')');
    } else if (next?.text === '{') {
      const end = closing(tokens, at + 1, '}');
      selectors.push(selector(token.text, tokens.slice(at + 2, end)));
      at = end;
    } else if (!['(', 'by', 'without'].includes(next?.text ?? '') && !keywords.has(token.text)) {
      selectors.push(selector(token.text, []));
    }
  }
  return selectors;
}

function closing(tokens: readonly Token[], from: number, bracket: string): number {
  const end = tokens.findIndex(({ text }, index) => index > from && text === bracket);
  if (end < 0) throw new Error(`no ${bracket}`);
  return end;
}

function selector(name: string, inside: readonly Token[]): Selector {
  const matchers: string[][] = [[]];
  for (const { text } of inside) {
    if (text === ',') matchers.push([]);
    else matchers.at(-1)?.push(text);
  }
  const equal = new Map<string, string>();
  for (const [label, sign, value] of matchers) {
    if (label !== undefined && sign === '=' && value !== undefined) equal.set(label, value.slice(1, -1));
  }
  const kept = matchers.filter(([label]) => label !== undefined && label !== 'window');
  const rest = kept.map((matcher) => matcher.join(' ')).join(' , ');
  return { name, equal, anyWindow: rest === '' ? name : `${name} { ${rest} }` };
}
