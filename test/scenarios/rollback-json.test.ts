import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/package-root.js';
import { runProgram } from '../support/run-program.js';
import { temporaryFolder } from '../support/workspace.js';

/** Says of each text whether it is JSON, as the rollback scripts read it: bash, on files. */
async function readByBash(texts: readonly string[]): Promise<boolean[]> {
  const folder = join(temporaryFolder(), 'texts');
  mkdirSync(folder);
  const files = texts.map((text, index) => {
    const file = join(folder, String(index));
    writeFileSync(file, text);
    return file;
  });
  const driver =
    'source "$1/lib.sh"; shift; for file; do if read_json_file "$file" 9999999 >/dev/null; then echo yes; else echo no; fi; done';
  const { stdout, stderr } = await runProgram(
    ['-c', driver, 'driver', join(packageRoot, 'rollback'), ...files],
    'bash',
  );
  expect(stderr).toBe('');
  return stdout
    .trimEnd()
    .split('\n')
    .map((answer) => answer === 'yes');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it('tells JSON from what is none as JSON.parse does', async () => {
  const long = 'x'.repeat(3000);
  const texts = [
    ...[
      '{}',
      '[]',
      '',
      ' ',
      '1',
      '-0',
      '-',
      '01',
      '1.',
      '.5',
      '1e5',
      '1E-400',
      '1e999',
      '+1',
      '0x1',
      'NaN',
      '1-1',
    ],
    ...['null', 'nul', 'nullx', 'true false', '"a"', '"a', '"\\u12"', '"\\u12aF"', '"\\x"', '"\t"', '"\x7f"'],
    ...[
      '{"a":1,}',
      '{"a":1,"a":2}',
      '{a:1}',
      '{"a" 1}',
      '{"a":}',
      '{:1}',
      '{"a":1 "b":2}',
      '{"a":1}}',
      '{"a"}',
    ],
    ...[
      '[1,2',
      '[1 2]',
      '[1,,2]',
      '[,1]',
      '{"a":[1,{"b":null}]}',
      '{"a":1}\0',
      '\ufeff{}',
      '\u00a0{}',
      '\v1',
    ],
    ...[
      '\r\n{}\r\n',
      '{"æ":"漢字😀\\\\"}',
      '{"a":"\\"}',
      `"${long}"`,
      `"${long}`,
      `"${long.slice(0, 1022)}\\""`,
    ],
    // What stands across the edge of what is looked at together.
    ...[1019, 1020, 1021, 1022, 1023, 2045].map((blanks) => `[${' '.repeat(blanks)}12345.5e3,true,"abc"]`),
  ];
  expect(await readByBash(texts)).toEqual(texts.map(isJson));
});

it('does so for any JSON, and for JSON with something wrong in it', async () => {
  const edit = fc.tuple(fc.nat(), fc.constantFrom('', ...Array.from('{}[],:"0-.e\\ \ntx')));
  const text = fc.tuple(fc.json(), fc.array(edit, { maxLength: 2 })).map(([json, edits]) =>
    edits.reduce((changed, [at, character]) => {
      const position = at % (changed.length + 1);
      return changed.slice(0, position) + character + changed.slice(position + 1);
    }, json),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 60, maxLength: 80 }), async (texts) => {
      expect(await readByBash(texts)).toEqual(texts.map(isJson));
    }),
    { numRuns: 6 },
  );
});
