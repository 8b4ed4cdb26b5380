import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { poll } from '../../src/platform/poll.js';
import { chainRecord, chainStart } from '../../src/rollback/chain.js';
import { factSchema, type LedgerRecord } from '../../src/rollback/records.js';
import { allNodes, headings, parseMarkdown } from '../support/markdown.js';
import { firing, ReceiverBench, scriptPlan } from '../support/receiver.js';

const sections = [
  ...['Impact', 'Timeline', 'Trigger', 'Action', 'Verification', 'Further violations', 'Root cause'],
  ...['Open questions', 'Before trying again', 'Diagnostics'],
].map((title) => `## ${title}`);

/** A trading system whose rollback script is this, and a journalctl that says what it was asked. */
async function createBench(script: string, config: object = {}): Promise<ReceiverBench> {
  const bench = await ReceiverBench.create({
    rollbacks: scriptPlan('roll.sh', { verify_timeout: '200ms' }),
    scripts: { 'roll.sh': script },
    config: { journal: { journalctl: './journalctl' }, exporter: { listen: '127.0.0.1:9' }, ...config },
  });
  writeFileSync(join(bench.folder, 'journalctl'), '#!/bin/bash\necho "asked: $*"\n', { mode: 0o755 });
  writeFileSync(join(bench.root, 'bad'), '');
  return bench;
}

function incidents(bench: ReceiverBench, ...path: readonly string[]): string {
  return join(bench.root, 'reports', 'incidents', ...path);
}

/** Waits until the ledger says that a rollback's file was written. */
async function written(bench: ReceiverBench, rollback: string): Promise<string> {
  const fact = await poll(
    () => bench.facts('incident_written').find((record) => record.rollback === rollback),
    20,
  );
  if (fact === undefined) throw new Error(`no incident file was written:\n${bench.log}`);
  expect(fact.file).toBe(`${rollback}.md`);
  return readFileSync(incidents(bench, `${rollback}.md`), 'utf8');
}

/** Takes the last records away, as where the receiver died before it wrote them. */
function forget(bench: ReceiverBench, type: string): void {
  const lines = bench.ledgerLines();
  const kept = lines.slice(
    0,
    lines.findIndex((line) => line.includes(`"type":"${type}"`)),
  );
  writeFileSync(join(bench.folder, 'state', 'ledger.jsonl'), kept.map((line) => `${line}\n`).join(''));
}

const hostile = '<img src=x> # [a](javascript:b) ``` *bold* \u0007\u202e\n## Injected';

describe('a rollback that has ended', () => {
  it('leaves an incident file, and beside it what helps to find the cause', async () => {
    const bench = await createBench("rm -f bad; printf 'before\\n```\\n## Injected\\n\\033[31mafter\\n'");
    mkdirSync(join(bench.root, 'logs'));
    const lines = Array.from({ length: 1500 }, (_, index) => `{"line":${index + 1}}`);
    writeFileSync(join(bench.root, 'logs', 'qsc_canary.jsonl'), `${lines.join('\n')}\n`);
    await bench.start();
    // It is there before anybody else can create it as its own.
    expect(statSync(incidents(bench)).mode & 0o777).toBe(0o750);
    const { id: canary } = await bench.startCanary();
    const alert = firing(canary, 'QscDeadZone', {
      annotations: { description: hostile, query: 'max(hold)', limit: '0.85' },
      startsAt: new Date(Date.now() - 7000).toISOString(),
    });
    await bench.alert(alert, firing(canary, 'QscFlatPredictions'));
    const { id } = await bench.finishedRollback();
    const text = await written(bench, id);

    expect(statSync(incidents(bench, `${id}.md`)).mode & 0o777).toBe(0o640);
    const tree = await parseMarkdown(text);
    expect(headings(tree)).toEqual([
      '# Incident: canary patchtst rolled back after QscDeadZone',
      ...sections.slice(0, 4),
      '### Method script',
      ...sections.slice(4),
    ]);
    const types = allNodes(tree).map(({ type }) => type);
    for (const type of ['html', 'image', 'link']) expect(types).not.toContain(type);
    expect(
      allNodes(tree)
        .filter(({ type }) => type === 'code')
        .map(({ value }) => value),
    ).toEqual(['max(hold)', '0.85', 'hold_ratio > 0.85', 'before\n```\n## Injected\n\uFFFD[31mafter']);
    expect(text).toContain('- **Status:** rolled back and verified');
    expect(text).toMatch(/^- ok: file\\_absent .+bad/m);
    expect(text).toMatch(/^- \S+Z `QscFlatPredictions`: HOLD share is 0.912, limit 0.85$/m);
    const timeline = text.slice(text.indexOf('## Timeline'), text.indexOf('## Trigger'));
    const told = [...timeline.matchAll(/^- (\S+Z) /gm)].map((match) => match[1]);
    expect(told).toEqual([...told].sort());
    for (const what of [
      ...['Alert fired: `QscDeadZone`', `\`${canary}\` declared`, 'Alert received by webhook', 'Decided'],
      ...['Method script started', 'verification began', 'exit code 0, verified', 'Rollback over: succeeded'],
    ])
      expect(timeline).toContain(what);

    const file = (name: string): string => readFileSync(incidents(bench, id, name), 'utf8');
    expect(readdirSync(incidents(bench, id)).sort()).toEqual([
      ...['canary.jsonl', 'firing-alerts.txt', 'journal-engine.log', 'journal-harvest.log'],
      ...['monitor.log', 'production.log', 'readings.txt', 'recent-errors.txt', 'scoreboard.md'],
    ]);
    expect(file('journal-engine.log')).toContain(
      '--unit=quantum-ai-engine.service --unit=quantum-ai_engine.service --lines=1000',
    );
    expect(file('journal-harvest.log')).toContain('--unit=quantum-harvest-consumer.service --lines=1000');
    expect(file('canary.jsonl').split('\n')[0]).toBe('{"line":501}');
    expect(file('monitor.log')).toMatch(/^Not to be had: ENOENT/);
    expect(file('readings.txt')).toMatch(/^Not to be had: Prometheus .* does not answer/);
    expect(file('firing-alerts.txt')).toContain('does not answer');
    expect(text).toMatch(/^- `monitor.log`: .* \*\*Not there:\*\* ENOENT/m);
    expect(statSync(incidents(bench, id, 'readings.txt')).mode & 0o777).toBe(0o640);
    expect(bench.verdict()).toMatchObject({ ok: true });
  });

  it('leaves one where it failed, and where its receiver died before it was written', async () => {
    const bench = await createBench('echo no such unit >&2; exit 3');
    await bench.start();
    const { id: canary } = await bench.startCanary();
    await bench.alert(firing(canary));
    const { id } = await bench.finishedRollback();
    await written(bench, id);
    await bench.kill('SIGKILL');
    forget(bench, 'incident_written');
    rmSync(incidents(bench), { recursive: true });
    await bench.start();
    const text = await written(bench, id);
    expect(text).toContain('# Incident: canary patchtst NOT rolled back after `QscDeadZone`');
    expect(text).toContain('**OPEN: the rollback failed**');
    expect(text).toContain('**exit code 3**');
    expect(text).toContain('\n```text\nno such unit\n```\n');
    expect(text).toContain('- [ ] Bring the trading system into a known state by hand');

    // The file was there, and only its record was not: what a person wrote into it stays.
    await bench.kill('SIGKILL');
    forget(bench, 'incident_written');
    appendFileSync(incidents(bench, `${id}.md`), 'found it');
    await bench.start();
    expect(await written(bench, id)).toMatch(/found it$/);
    expect(bench.facts('rollback_finished')).toHaveLength(1);
  });

  it('leaves none in shadow mode, nor where it ended before there were such files', async () => {
    const bench = await createBench('rm -f bad');
    await bench.start();
    const { id: canary } = await bench.startCanary();
    await bench.alert(firing(canary));
    const { id } = await bench.finishedRollback();
    await written(bench, id);
    await bench.kill('SIGKILL');
    forget(bench, 'incident_written');
    withoutMark(bench);
    rmSync(incidents(bench), { recursive: true });
    bench.configure({ rollbacks: scriptPlan('roll.sh'), receiver: { mode: 'shadow' } });
    await bench.start();
    const second = await bench.startCanary();
    await bench.alert(firing(second.id));
    await poll(async () => ((await bench.rollbacks()).length === 2 ? true : undefined), 10);
    // A rollback by hand runs in shadow mode too. Files are written in the order of the rollbacks, so it would be last.
    await bench.redline('rollback', 'qsc', '--reason', 'to be sure');
    const [last, shadow] = await bench.rollbacks();
    expect(shadow).toMatchObject({ deployment: second.id, result: 'shadow' });
    await written(bench, last?.id ?? '');
    expect(readdirSync(incidents(bench)).sort()).toEqual([last?.id, `${last?.id ?? ''}.md`]);
    expect(bench.facts('incident_written')).toHaveLength(1);
  });

  it('is not held up by a folder that cannot be written, which is tried again', async () => {
    const bench = await createBench('rm -f bad');
    mkdirSync(join(bench.root, 'reports'));
    writeFileSync(incidents(bench), 'a file where the folder is to be');
    await bench.start();
    const { id: canary } = await bench.startCanary();
    await bench.alert(firing(canary));
    const { id } = await bench.finishedRollback();
    const failures = (): number => bench.log.match(/incident file cannot be written/g)?.length ?? 0;
    expect(await poll(() => (failures() > 1 ? true : undefined), 20)).toBe(true);
    // Nothing else is kept from working meanwhile.
    expect((await bench.startCanary()).outcome).toBeNull();
    expect(bench.facts('incident_written')).toEqual([]);
    rmSync(incidents(bench));
    expect(await written(bench, id)).toContain('# Incident');
  });

  it('is written down by whoever ran it, also without a receiver', async () => {
    const bench = await createBench('rm -f bad', { journal: { enabled: false } });
    const outcome = await bench.redline('rollback', 'qsc', '--reason', 'looks *odd*', '--operator', 'kari');
    expect(outcome).toMatchObject({ code: 0 });
    const [{ rollback = '' } = {}] = bench.facts('rollback_finished') as { rollback?: string }[];
    expect(outcome.stderr).toContain(`Incident file: ${incidents(bench, `${rollback}.md`)}`);
    const text = await written(bench, rollback);
    expect(text).toContain('# Incident: plan `qsc` rolled back by hand');
    expect(text).toContain('- **Who:** kari');
    expect(text).toContain('- **Reason given:** looks \\*odd\\*');
    expect(text).toContain('Affected: no declared deployment.');
    expect(readFileSync(incidents(bench, rollback, 'journal-engine.log'), 'utf8')).toContain(
      'journal.enabled is false',
    );

    // Where it cannot be written the rollback has succeeded all the same, and the receiver writes it later.
    rmSync(incidents(bench), { recursive: true });
    writeFileSync(incidents(bench), '');
    const second = await bench.redline('rollback', 'qsc', '--reason', 'again');
    expect(second).toMatchObject({ code: 0 });
    expect(second.stderr).toContain('The incident file could not be written: EEXIST');
    rmSync(incidents(bench));
    await bench.start();
    const latest = bench.facts('rollback_finished').at(-1)?.rollback;
    expect(await written(bench, String(latest))).toContain('- **Reason given:** again');
  });
});

/** Makes the ledger that of a receiver which knew of no incident files. */
function withoutMark(bench: ReceiverBench): void {
  let head = chainStart;
  const lines = bench.ledgerLines().map((line) => {
    const { time } = JSON.parse(line) as LedgerRecord;
    const fact = factSchema.parse(JSON.parse(line));
    if (fact.type === 'rollback_finished') delete fact.incident;
    const next = chainRecord(fact, time, head);
    head = next.record;
    return `${next.line}\n`;
  });
  writeFileSync(join(bench.folder, 'state', 'ledger.jsonl'), lines.join(''));
}
