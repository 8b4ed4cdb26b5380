import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../../src/platform/poll.js';
import { ScriptSource, type ScriptState } from '../../../src/sources/script.js';
import { temporaryFolder } from '../../support/workspace.js';

/** The state once it is known whether the script is valid. */
async function settled(source: ScriptSource): Promise<ScriptState | undefined> {
  return poll(async () => {
    const state = await source.check();
    return state.valid === undefined ? undefined : state;
  }, 10);
}

function script(content: string, mode = 0o755, name = 'rollback.sh'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe('ScriptSource', () => {
  it('finds a good script in order', async () => {
    const source = new ScriptSource(script('#!/bin/bash\nset -eu\necho fine\n'));
    expect(await settled(source)).toEqual({ readable: true, executable: true, valid: true });
  });

  it('finds what bash cannot read, also by the first line alone', async () => {
    const broken = '#!/usr/bin/env bash\nif true; then\n';
    expect(await settled(new ScriptSource(script(broken)))).toMatchObject({ valid: false });
    expect(await settled(new ScriptSource(script(broken, 0o755, 'rollback')))).toMatchObject({
      valid: false,
    });
  });

  it('does not run the script', async () => {
    const path = script('');
    writeFileSync(path, `#!/bin/bash\ntouch ${path}.ran\n`);
    const source = new ScriptSource(path);
    expect(await settled(source)).toMatchObject({ valid: true });
    expect((await new ScriptSource(`${path}.ran`).check()).readable).toBe(false);
  });

  it('takes a program that is no shell script for valid', async () => {
    const path = script('#!/usr/bin/env python3\nif True:\n  pass\n', 0o755, 'rollback.py');
    expect(await settled(new ScriptSource(path))).toMatchObject({ valid: true });
  });

  it('notices the missing run bit, a change, and that it is gone', async () => {
    const path = script('#!/bin/bash\n', 0o644);
    const source = new ScriptSource(path);
    expect(await settled(source)).toEqual({ readable: true, executable: false, valid: true });
    chmodSync(path, 0o755);
    expect(await settled(source)).toEqual({ readable: true, executable: true, valid: true });
    writeFileSync(path, '#!/bin/bash\nif true; then # longer\n');
    expect(await settled(source)).toMatchObject({ valid: false });
    rmSync(path);
    expect(await source.check()).toEqual({ readable: false, executable: false, valid: false });
    mkdirSync(path);
    expect(await source.check()).toEqual({ readable: false, executable: false, valid: false });
  });
});
