import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSetting, writeSetting, yamlScalar } from '../../../src/rollback/yaml-edit.js';

const name = 'activation_enabled';
const disable = (text: string): string => writeSetting(text, name, false);

describe('writeSetting', () => {
  it.each([
    ['a plain value', 'activation_enabled: true\n', 'activation_enabled: false\n'],
    ['one that is off', 'activation_enabled: False # by hand\n', 'activation_enabled: False # by hand\n'],
    [
      'a comment behind it',
      'activation_enabled: true  # yes\nx: 1',
      'activation_enabled: false  # yes\nx: 1',
    ],
    ['a name in quotes', '"activation_enabled" : true\n', '"activation_enabled" : false\n'],
    ['a text instead of a boolean', "activation_enabled: 'false'\n", 'activation_enabled: false\n'],
    ['no value', 'activation_enabled:\nx: 1\n', 'activation_enabled: false\nx: 1\n'],
    ['no value but a comment', 'activation_enabled: # on\n', 'activation_enabled: false # on\n'],
    ['a list instead', 'activation_enabled:\n  - 1\nx: 1\n', 'activation_enabled:\n  false\nx: 1\n'],
    ['a block of text instead', 'activation_enabled: |\n  on\nx: 1\n', 'activation_enabled: false\nx: 1\n'],
    ['a name with a question mark', '? activation_enabled\n: true\n', '? activation_enabled\n: false\n'],
    [
      'lines that end as on Windows',
      'a: 1\r\nactivation_enabled: true\r\n',
      'a: 1\r\nactivation_enabled: false\r\n',
    ],
    ['a byte order mark', '\ufeffactivation_enabled: true\n', '\ufeffactivation_enabled: false\n'],
    ['marks of a document', '---\nactivation_enabled: true\n...\n', '---\nactivation_enabled: false\n...\n'],
    ['a flow map', '{activation_enabled: true, x: 1}', '{activation_enabled: false, x: 1}'],
    ['a name without value in a flow map', '{activation_enabled}', '{activation_enabled: false}'],
    [
      'the name twice',
      'activation_enabled: true\nactivation_enabled: on\n',
      'activation_enabled: false\nactivation_enabled: false\n',
    ],
  ])('changes the value alone: %s', (_what, text, edited) => {
    expect(disable(text)).toBe(edited);
    expect(disable(edited)).toBe(edited);
  });

  it.each([
    ['an empty file', '', 'activation_enabled: false\n'],
    [
      'comments alone',
      '# activation_enabled: true',
      '# activation_enabled: true\nactivation_enabled: false\n',
    ],
    [
      'a commented-out one',
      '#activation_enabled: true\nx: 1\n',
      '#activation_enabled: true\nx: 1\nactivation_enabled: false\n',
    ],
    ['no line end at the end', 'x: 1', 'x: 1\nactivation_enabled: false\n'],
    ['lines that end as on Windows', 'x: 1\r\ny: 2', 'x: 1\r\ny: 2\r\nactivation_enabled: false\r\n'],
    [
      'one of the same name below another',
      'live:\n  activation_enabled: true\n',
      'live:\n  activation_enabled: true\nactivation_enabled: false\n',
    ],
    ['an indented map', '  x: 1\n  y: 2\n', '  x: 1\n  y: 2\n  activation_enabled: false\n'],
    ['a mark of the end', 'x: 1\n...\n', 'x: 1\nactivation_enabled: false\n...\n'],
    ['a flow map', '{x: 1}\n', '{activation_enabled: false, x: 1}\n'],
    ['an empty flow map', '{}\n', '{activation_enabled: false}\n'],
    ['a text that keeps its line ends', 'x: |+\n  y', 'x: |+\n  y\nactivation_enabled: false\n'],
    [
      'a text in which it stands',
      'x: |\n  activation_enabled: true\n',
      'x: |\n  activation_enabled: true\nactivation_enabled: false\n',
    ],
  ])('adds what is not there: %s', (_what, text, edited) => {
    expect(disable(text)).toBe(edited);
  });

  it.each([
    ['no YAML', 'a: "x', 'no usable YAML'],
    ['a merge that was not resolved', '<<<<<<< HEAD\na: 1\n=======\n', 'no usable YAML'],
    ['a list', '- activation_enabled: true\n', 'no map'],
    ['a text', 'activation_enabled\n', 'no map'],
    ['two documents', 'a: 1\n---\nb: 1\n', 'no usable YAML'],
    ['a NUL byte', 'a: 1\n\0', 'NUL'],
    ['a bomb of references', bomb(), 'no usable YAML'],
    ['a value that others refer to', 'activation_enabled: &on true\nx: *on\n', 'without changing what else'],
  ])('refuses %s', (_what, text, why) => {
    expect(() => disable(text)).toThrow(why);
  });

  it('keeps every other line byte for byte, whatever stands there', () => {
    const value = fc.constantFrom(
      '1',
      'true',
      '"a: # b"',
      "'it''s'",
      '[1, 2]',
      '{a: 1}',
      '|\n  text\n\n  more',
      '',
      'x # y',
    );
    const other = fc.oneof(
      fc
        .tuple(fc.constantFrom('mode', 'allowed_profiles', '"quoted name"', 'ünïcode', 'x-y'), value)
        .map((p) => p.join(': ')),
      fc.constantFrom(
        '',
        '# activation_enabled: true',
        '   # indented',
        'limits:\n  activation_enabled: true\n  n: 2',
      ),
    );
    const own = fc.constantFrom(
      'activation_enabled: true',
      'activation_enabled: yes # c',
      '"activation_enabled":  TRUE',
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(other, { maxLength: 8, selector: (line) => line.split(':')[0] }),
        fc.option(own, { nil: undefined }),
        fc.nat(8),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (others, line, at, end, isEnded) => {
          const lines = line === undefined ? others : others.toSpliced(at, 0, line);
          const text = (lines.join('\n') + (isEnded ? '\n' : '')).replaceAll('\n', end);
          const edited = disable(text);
          expect(readSetting(edited, name)).toBe(false);
          const rest = edited.split(/\r?\n/).filter((part) => !/^"?activation_enabled"?:/.test(part));
          const was = text.split(/\r?\n/).filter((part) => !/^"?activation_enabled"?:/.test(part));
          expect(rest.join('\n').trimEnd()).toBe(was.join('\n').trimEnd());
          expect(disable(edited)).toBe(edited);
        },
      ),
    );
  });

  it('keeps any text as it is, in any place', () => {
    const files = [
      '',
      'last_rollback_reason: "x" # old\n',
      '{a: 1}',
      'last_rollback_reason: >-\n  a\n  b\nx: 1\n',
      'a: 1\r\n',
    ];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...files), (reason, file) => {
        const edited = writeSetting(file, 'last_rollback_reason', reason);
        expect(readSetting(edited, 'last_rollback_reason')).toBe(reason);
      }),
    );
  });
});

describe('yamlScalar', () => {
  it.each([
    ['a "quote", a \\ and it\'s: # no comment', '"a \\"quote\\", a \\\\ and it\'s: # no comment"'],
    ['line\nbreak\ttab', '"line\\nbreak\\ttab"'],
    ['Verlust über 2 % – 損失 📉', '"Verlust über 2 % – 損失 📉"'],
    // A reader of YAML 1.1 takes these for line breaks, or for no text at all.
    ['\u0085\u2028\u00a0\ufeff\u007f', '"\\u0085\\u2028\\u00a0\\ufeff\\u007f"'],
    ['\u{e0001}', '"\\U000e0001"'],
  ])('writes %j', (text, scalar) => {
    expect(yamlScalar(text)).toBe(scalar);
    expect(parse(scalar)).toBe(text);
  });
});

function bomb(): string {
  const levels = 'abcdefgh'.split('').map((key, index, all) => {
    const before = all[index - 1];
    const part = before === undefined ? 'x' : `*${before}`;
    return `${key}: &${key} [${Array.from({ length: 9 }, () => part).join(', ')}]`;
  });
  return `${levels.join('\n')}\n`;
}
