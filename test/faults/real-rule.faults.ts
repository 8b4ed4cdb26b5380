import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Rollback } from '../../src/deployments/rollback.js';
import { poll } from '../../src/platform/poll.js';
import { CanaryStack, type Votes } from '../support/canary-stack.js';

const script = `#!/bin/bash
echo "$ROLLBACK_DEPLOYMENT" >> executions; sync executions
touch undone
`;

/** A model that holds all the time. */
const dead: Votes = { patchtst: { action: 'HOLD', confidence: 0.6 } };

describe('a canary in the dead zone, judged by the real exporter and rule', () => {
  it('while Alertmanager is dead, and the receiver is killed afterwards: rolled back once', async () => {
    const stack = await CanaryStack.start({
      config: {
        rollbacks: {
          qsc: {
            methods: [
              {
                name: 'script',
                command: ['./roll.sh'],
                timeout: '20s',
                verify: [{ file_present: '${root}/undone' }],
                verify_timeout: '10s',
              },
            ],
          },
        },
      },
      prepare: (prepared) => {
        writeFileSync(prepared.path('roll.sh'), script, { mode: 0o755 });
        return Promise.resolve();
      },
    });
    onTestFinished(() => stack.stop());
    await stack.startPart('alertmanager');
    const cutover = await stack.writeEvents([]);
    const { url, token } = receiverOf(stack);
    const declared = await fetch(`${url}/api/deployments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'canary',
        model: 'patchtst',
        cutover,
        weight: 0.1,
        observation_seconds: 3600,
        settle_seconds: 1,
      }),
    });
    expect(declared.status).toBe(201);
    const { id } = (await declared.json()) as { id: string };
    await stack.stopPart('alertmanager', 'SIGKILL');
    await stack.writeEvents(Array.from({ length: 400 }, () => dead));
    const finished = await poll(async () => {
      const all = await rollbacksOf(url);
      return all.some(({ result }) => result !== null) ? all : undefined;
    }, 90);
    expect(finished).toMatchObject([{ deployment: id, result: 'succeeded' }]);
    expect(finished?.[0]?.methods.at(-1)?.verification).toMatchObject([{ ok: true }]);
    await stack.stopPart('receiver', 'SIGKILL');
    await stack.startPart('receiver');
    await stack.startPart('alertmanager');
    const delivered = await poll(async () => {
      const page = await (await fetch(`${url}/metrics`)).text();
      return /^redline_webhooks_total\{code="200"\} [1-9]/m.test(page) ? true : undefined;
    }, 90);
    expect(delivered).toBe(true);
    expect(await rollbacksOf(url)).toHaveLength(1);
    expect(existsSync(stack.path('executions'))).toBe(true);
    expect(readFileSync(stack.path('executions'), 'utf8')).toBe(`${id}\n`);
    expect((await stack.redline('audit', 'verify')).code).toBe(0);
  });
});

function receiverOf({ config }: CanaryStack): { url: string; token: string } {
  const { host, port } = config.receiver.listen;
  return { url: `http://${host}:${port}`, token: readFileSync(config.receiver.token_file, 'utf8').trim() };
}

async function rollbacksOf(url: string): Promise<Rollback[]> {
  const response = await fetch(`${url}/api/rollbacks`);
  return ((await response.json()) as { rollbacks: Rollback[] }).rollbacks;
}
