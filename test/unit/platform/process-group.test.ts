import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endGroup } from '../../../src/platform/process-group.js';

describe('endGroup', () => {
  it('ends a group, also one that ignores TERM', async () => {
    const child = spawn('bash', ['-c', 'trap "" TERM; echo ready; sleep 600'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    expect(await endGroup(child.pid ?? 0, 0.1)).toBe(true);
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
  });

  it.each([0, 1, -1, Number.NaN])('signals nobody for %d, which would mean others', async (group) => {
    expect(await endGroup(group, 0)).toBe(false);
  });
});
