import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SharedRecord } from '../../../src/receiver/lease/shared-record.js';
import { StoreUnreachable } from '../../../src/receiver/lease/store-unreachable.js';
import { NotInCharge } from '../../../src/rollback/authority.js';
import { Ledger } from '../../../src/rollback/ledger.js';
import type { Fact } from '../../../src/rollback/records.js';
import { manual } from '../../support/violations.js';
import { temporaryFolder } from '../../support/workspace.js';

const silent = pino({ level: 'silent' });

const begun = (rollback: string, deployment = 'canary-1'): Fact => ({
  type: 'rollback_started',
  rollback,
  plan: 'qsc',
  deployment,
  mode: 'auto',
  trigger: { ...manual, source: 'webhook', alertname: 'QscDeadZone' },
});

/** The stream as both see it; that Redis keeps it so a scenario shows. */
class Stream {
  readonly entries: { id: string; text: string }[] = [];
  readonly told = new Map<string, number>();
  isReachable = true;
  isLost = false;

  add(receiver: string, seq: number | null, ...facts: readonly Fact[]): void {
    this.entries.push({ id: `${this.entries.length + 1}-0`, text: JSON.stringify({ receiver, seq, facts }) });
  }

  readonly tell = (_token: string, receiver: string, position: number | null, texts: readonly string[]) => {
    if (!this.isReachable) return Promise.reject(new StoreUnreachable('no answer'));
    if (this.isLost) return Promise.resolve(false);
    for (const text of texts) this.entries.push({ id: `${this.entries.length + 1}-0`, text });
    if (position !== null) this.told.set(receiver, position);
    return Promise.resolve(true);
  };

  readonly toldUpTo = (receiver: string) => Promise.resolve(this.told.get(receiver) ?? 0);

  readonly readAfter = (id: string) => Promise.resolve(this.entries.slice(Number(id.split('-')[0])));
}

async function openLedger(): Promise<Ledger> {
  const ledger = await Ledger.open(join(temporaryFolder(), 'ledger.jsonl'), silent);
  onTestFinished(() => ledger.close());
  return ledger;
}

function receiverOf(stream: Stream, ledger: ConstructorParameters<typeof SharedRecord>[0]['ledger']) {
  let token: string | undefined = 'token';
  const lease = {
    get token() {
      return token;
    },
    standing: 'holder' as const,
    lose: () => {
      token = undefined;
    },
  };
  return new SharedRecord({ receiver: 'here', ledger, lease, store: stream, logger: silent });
}

describe('what two receivers tell each other', () => {
  it('comes into the other’s ledger once, with where it comes from, and is read again when it could not be written', async () => {
    const [stream, ledger] = [new Stream(), await openLedger()];
    stream.add('there', 1, { type: 'cutover_registered', cutover: 5 });
    stream.add('there', null, begun('qsc-1'));
    stream.add('there', 2, begun('qsc-1'));
    let fails = true;
    const failing = {
      state: ledger.state,
      recent: ledger.recent,
      records: 0,
      onRecord: () => undefined,
      appendFrom: (...args: Parameters<Ledger['appendFrom']>) =>
        fails ? Promise.reject(new Error('ENOSPC')) : ledger.appendFrom(...args),
    };
    const shared = receiverOf(stream, failing);
    await expect(shared.read()).rejects.toThrow('ENOSPC');
    fails = false;
    await shared.read();
    await shared.read();
    expect(ledger.recent).toMatchObject([
      { type: 'cutover_registered', origin: { receiver: 'there', seq: 1, entry: '1-0' } },
      { type: 'rollback_started', rollback: 'qsc-1', origin: { seq: null, entry: '2-0' } },
    ]);
    expect(ledger.state.sharedEntry).toBe('2-0');
  });

  it('is left out where it is nothing that this version knows, and what follows is read', async () => {
    const [stream, ledger] = [new Stream(), await openLedger()];
    for (const text of ['nonsense', '{"receiver":"there","seq":1,"facts":[{"type":"of tomorrow"}]}'])
      stream.entries.push({ id: `${stream.entries.length + 1}-0`, text });
    stream.add('there', 2, { type: 'cutover_registered', cutover: 5 });
    await receiverOf(stream, ledger).read();
    expect(ledger.state.cutover).toBe(5);
  });

  it('is each own record once, and none of what the other told', async () => {
    const [stream, ledger] = [new Stream(), await openLedger()];
    await ledger.appendFrom({ receiver: 'there', seq: 1, entry: '1-0' }, [
      { type: 'cutover_registered', cutover: 5 },
    ]);
    await ledger.append({ type: 'restart', role: 'engine', at: 9 }, begun('qsc-2'));
    const shared = receiverOf(stream, ledger);
    await shared.tell();
    await shared.tell();
    const told = stream.entries.map(({ text }) => JSON.parse(text) as { seq: number });
    expect(told.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(stream.told.get('here')).toBe(3);
  });

  it('is our own again where it was told and never written, unless the same was begun otherwise', async () => {
    const [stream, ledger] = [new Stream(), await openLedger()];
    stream.add('here', null, begun('qsc-1'));
    stream.add('here', 7, begun('qsc-of-a-record'));
    stream.add('here', null, begun('qsc-2'));
    await receiverOf(stream, ledger).read();
    expect([...ledger.state.rollbacks.keys()]).toEqual(['qsc-1']);
  });

  it('stops a rollback from beginning that cannot be told, and gives the next attempt the same id', async () => {
    const [stream, ledger] = [new Stream(), await openLedger()];
    const shared = receiverOf(stream, ledger);
    stream.isReachable = false;
    await expect(shared.announce([begun('qsc-1')])).rejects.toBeInstanceOf(NotInCharge);
    expect(shared.announcedId('qsc', 'canary-1')).toBe('qsc-1');
    expect(shared.announcedId('qsc', 'canary-2')).toBeUndefined();
    await ledger.append(begun('qsc-1'));
    expect(shared.announcedId('qsc', 'canary-1')).toBeUndefined();
    stream.isReachable = true;
    stream.isLost = true;
    await expect(shared.announce([begun('qsc-3')])).rejects.toThrow('lost to another receiver');
    await expect(shared.announce([begun('qsc-3')])).rejects.toThrow('not held');
  });
});
