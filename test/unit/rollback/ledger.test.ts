import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { UserError } from '../../../src/platform/errors.js';
import { Ledger, verifyLedger } from '../../../src/rollback/ledger.js';
import type { Fact } from '../../../src/rollback/records.js';
import { calibration, canary, goLive, manual, silent } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

const facts: readonly Fact[] = [
  { type: 'cutover_registered', cutover: 1_700_000_000.5 },
  { type: 'deployment_started', deployment: canary() },
  { type: 'deployment_activated', deployment: 'canary-1', at: 20 },
  { type: 'restart', role: 'engine', at: 20 },
  {
    type: 'rollback_started',
    rollback: 'qsc-1',
    plan: 'qsc',
    deployment: 'canary-1',
    mode: 'auto',
    trigger: { ...manual, alertname: 'Qsc "Æ"\n\0,"hash":"', description: '}' },
  },
  { type: 'deployment_ended', deployment: 'canary-1', at: 30, outcome: 'rolled_back' },
];

async function writeLedger(path: string): Promise<string[]> {
  const ledger = await Ledger.open(path, silent);
  await ledger.append(...facts);
  await ledger.close();
  return readLines(path);
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}

describe('Ledger', () => {
  it('gives the same state after a restart', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const first = await Ledger.open(path, silent);
    for (const fact of facts) await first.append(fact);
    await first.close();
    const second = await Ledger.open(path, silent);
    expect(second.state).toEqual(first.state);
    expect(second.records).toBe(facts.length);
    expect(second.state.deployments.get('canary-1')?.outcome).toBe('rolled_back');
    await second.close();
  });

  it('knows when a deployment was declared, also from records that do not say so', async () => {
    const ledger = await Ledger.open(join(temporaryFolder(), 'ledger.jsonl'), silent);
    const old: Fact = { type: 'deployment_started', deployment: canary({ declared_at: null }) };
    const [record] = await ledger.append(old);
    expect(ledger.state.deployments.get('canary-1')?.declared_at).toBe(record?.time);
    await ledger.append({ ...old, deployment: canary({ id: 'canary-2', declared_at: 7 }) });
    expect(ledger.state.deployments.get('canary-2')?.declared_at).toBe(7);
    await ledger.close();
  });

  it('tells how a canary that ended by time was judged, and takes it back when it is rolled back after all', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const ledger = await Ledger.open(path, silent);
    const judged = (): unknown => ledger.state.deployments.get('canary-1')?.completion;
    await ledger.append({ type: 'deployment_started', deployment: canary() });
    await ledger.append({ type: 'deployment_ended', deployment: 'canary-1', at: 9, outcome: 'completed' });
    expect(judged()).toBeNull();
    await ledger.append({
      type: 'monitoring_completed',
      deployment: 'canary-1',
      result: 'no_violations',
      checks_performed: 3,
    });
    expect(judged()).toBe('no_violations');
    await ledger.append({ type: 'deployment_ended', deployment: 'canary-1', at: 9, outcome: 'rolled_back' });
    expect(judged()).toBeNull();
    await ledger.close();
  });

  it('reads deployments that were recorded before their declaration, completion, baseline and accepted alerts were', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const older: Partial<Deployment> = canary();
    for (const newer of ['declared_at', 'completion', 'baseline', 'accepted'] as const)
      Reflect.deleteProperty(older, newer);
    const body = { seq: 1, time: 1, type: 'deployment_started', deployment: older, prev: '0'.repeat(64) };
    const text = JSON.stringify(body);
    const hash = createHash('sha256').update(text).digest('hex');
    writeFileSync(path, `${text.slice(0, -1)},"hash":"${hash}"}\n`);
    const ledger = await Ledger.open(path, silent);
    expect(ledger.state.deployments.get('canary-1')).toEqual(canary({ declared_at: 1 }));
    await ledger.close();
  });

  it('keeps the newest baseline of a kind until a deployment of that kind takes it up', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const first = await Ledger.open(path, silent);
    const prepared = (operator: string): Fact => ({
      type: 'baseline_prepared',
      kind: 'calibration',
      operator,
      baseline: {
        captured_at: 5,
        values: [{ quantity: 'guards', action: '', value: 1, measured: 0, source: 'history' }],
      },
    });
    await first.append(prepared('a'), prepared('b'));
    await first.append({ type: 'deployment_started', deployment: canary() });
    await first.close();
    const second = await Ledger.open(path, silent);
    expect(second.state.baselines).toEqual(first.state.baselines);
    expect([...second.state.baselines.values()]).toMatchObject([
      { kind: 'calibration', operator: 'b', baseline: { captured_at: 5, values: [{ quantity: 'guards' }] } },
    ]);
    await second.append({ type: 'deployment_started', deployment: calibration() });
    expect(second.state.baselines.size).toBe(0);
    await second.close();
  });

  it('ends an acceptance for good, and settles the end by time of all but production', async () => {
    const ledger = await Ledger.open(join(temporaryFolder(), 'ledger.jsonl'), silent);
    const deployment = calibration({ accepted: ['A', 'B'] });
    await ledger.append({ type: 'deployment_started', deployment });
    await ledger.append({ type: 'acceptance_ended', deployment: 'calibration-1', alertname: 'A' });
    expect(ledger.state.deployments.get('calibration-1')?.accepted).toEqual(['B']);
    const others = [goLive(), canary({ id: 'production-1', kind: 'production' })];
    for (const other of others) await ledger.append({ type: 'deployment_started', deployment: other });
    for (const id of ['calibration-1', 'go-live-1', 'production-1'])
      await ledger.append({ type: 'deployment_ended', deployment: id, at: 9, outcome: 'completed' });
    expect([...ledger.state.awaitingCompletion.keys()]).toEqual(['calibration-1', 'go-live-1']);
    await ledger.close();
  });

  it('chains what is appended at once, after a restart, and by many', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    await writeLedger(path);
    const ledger = await Ledger.open(path, silent);
    const cutovers = Array.from({ length: 200 }, (_, index): Fact => ({
      type: 'cutover_registered',
      cutover: index,
    }));
    const records = await Promise.all(cutovers.map((fact) => ledger.append(fact)));
    expect(records.flat().map(({ seq }) => seq)).toEqual(
      cutovers.map((_, index) => facts.length + 1 + index),
    );
    await ledger.close();
    expect(verifyLedger(readLines(path))).toMatchObject({ ok: true, records: facts.length + 200 });
  });

  it('moves a torn last record aside, says so, and goes on', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.jsonl');
    const lines = await writeLedger(path);
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -30));
    const ledger = await Ledger.open(path, silent);
    expect(ledger.records).toBe(lines.length - 1);
    await ledger.append({ type: 'cutover_registered', cutover: 1 });
    await ledger.close();
    expect(verifyLedger(readLines(path))).toMatchObject({ ok: true, records: lines.length });
    expect(readdirSync(folder).filter((name) => name.includes('torn'))).toHaveLength(1);
  });

  it('refuses a changed record by its number and says what to do', async () => {
    const path = join(temporaryFolder(), 'ledger.jsonl');
    const lines = await writeLedger(path);
    lines[2] = lines[2]?.replace('"at":20', '"at":21') ?? '';
    writeFileSync(path, `${lines.join('\n')}\n`);
    const opening = Ledger.open(path, silent);
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(/ledger\.jsonl is not whole: record 3: .*Restore it from a backup/);
    expect(readLines(path)).toEqual(lines);
  });

  it('refuses a state directory that cannot be used', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(Ledger.open(join(file, 'ledger.jsonl'), silent)).rejects.toThrow(/cannot be opened/);
  });
});

describe('verifyLedger', () => {
  it('takes an empty ledger for whole', () => {
    expect(verifyLedger([])).toEqual({ ok: true, records: 0, lastHash: '0'.repeat(64) });
  });

  it('names the first record that a single changed character touches', async () => {
    const lines = await writeLedger(join(temporaryFolder(), 'ledger.jsonl'));
    const place = fc.integer({ min: 0, max: lines.length - 1 }).chain((line) =>
      fc.record({
        line: fc.constant(line),
        column: fc.integer({ min: 0, max: (lines[line]?.length ?? 1) - 1 }),
        character: fc.constantFrom('0', '1', 'a', 'f', '"', '}', ' ', 'ø'),
      }),
    );
    fc.assert(
      fc.property(place, ({ line, column, character }) => {
        const text = lines[line] ?? '';
        fc.pre(text[column] !== character);
        const changed = text.slice(0, column) + character + text.slice(column + 1);
        const verdict = verifyLedger(lines.with(line, changed));
        expect(verdict).toMatchObject({ ok: false, record: line + 1 });
      }),
      { numRuns: 1000 },
    );
  });

  it('names the place where a record was removed, doubled or moved', async () => {
    const lines = await writeLedger(join(temporaryFolder(), 'ledger.jsonl'));
    const [first = '', second = ''] = lines;
    expect(verifyLedger(lines.toSpliced(2, 1))).toMatchObject({ ok: false, record: 3 });
    expect(verifyLedger(lines.toSpliced(2, 0, second))).toMatchObject({ ok: false, record: 3 });
    expect(verifyLedger([second, first, ...lines.slice(2)])).toMatchObject({ ok: false, record: 1 });
    expect(verifyLedger(lines.slice(1))).toMatchObject({ ok: false, record: 1 });
  });

  it('names a record of a type that it does not know, though its hash is right', () => {
    const body = JSON.stringify({ seq: 1, time: 1, type: 'nonsense', prev: '0'.repeat(64) });
    const hash = createHash('sha256').update(body).digest('hex');
    expect(verifyLedger([`${body.slice(0, -1)},"hash":"${hash}"}`])).toMatchObject({
      ok: false,
      record: 1,
      reason: expect.stringContaining('is none that this version knows, though its hash is right') as string,
    });
  });
});
