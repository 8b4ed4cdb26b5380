import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Redis } from 'ioredis';
import { observationPath } from '../../src/deployments/observation-file.js';
import { freePort } from '../../src/platform/free-port.js';
import { startRedis } from '../../src/stack/servers.js';
import { startExporter, type TestExporter } from '../support/exporter.js';
import { connectTo, intent, repeat, stream, write, type Said } from '../support/trade-intents.js';
import { temporaryFolder } from '../support/workspace.js';

const judged = 'quantum_trade_intent_events_total{result="judged"}';
const gateEvents = 'quantum_window_events{window="gate"}';
const calm: Said = { xgb: { action: 'HOLD', confidence: 0.5 }, lgbm: { action: 'BUY', confidence: 0.7 } };

let port: number;
let client: Redis;
let exporter: TestExporter;

beforeEach(async () => {
  port = await freePort();
  const redis = await startRedis(temporaryFolder(), port);
  onTestFinished(() => redis.stop('SIGKILL'));
  client = connectTo(port);
  exporter = await startExporter(() => ({ redis: { url: `redis://127.0.0.1:${port}` } }));
  await exporter.observe({ gate_cutover: 1 });
});

/** How often the stream was read anew, for each reason for which it was. */
async function rereads(): Promise<string[]> {
  const counts = (await exporter.scrape()).named('quantum_trade_intent_rereads_total');
  return Object.entries(counts).flatMap(([series, count]) =>
    count > 0 ? [`${/"(.*)"/.exec(series)?.[1]} ${count}`] : [],
  );
}

describe('the gate window', () => {
  it('says of exactly 200 events what was computed by hand', async () => {
    const event = (index: number): string[] =>
      intent({
        xgb: { action: index < 140 ? 'hold' : 'Buy', confidence: index % 2 === 0 ? 0.55 : 0.65 },
        lgbm: {
          action: index % 5 === 0 ? 'SELL' : 'BUY',
          confidence: index < 30 ? '0.44' : index >= 170 ? 0.56 : 0.5,
        },
      });
    await write(
      client,
      Array.from({ length: 200 }, (_, index) => event(index)),
    );
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(200);
    expect(page.value('quantum_gate_cutover_timestamp_seconds')).toBe(1);
    expect(page.value('quantum_window_start_timestamp_seconds{window="gate"}')).toBe(1);
    expect(page.named('quantum_model_action_ratio{model="xgb"')).toEqual({
      'quantum_model_action_ratio{model="xgb",window="gate",action="BUY"}': 0.3,
      'quantum_model_action_ratio{model="xgb",window="gate",action="SELL"}': 0,
      'quantum_model_action_ratio{model="xgb",window="gate",action="HOLD"}': 0.7,
    });
    expect(page.value('quantum_model_predictions{model="xgb",window="gate"}')).toBe(200);
    expect(page.value('quantum_model_confidence_mean{model="xgb",window="gate"}')).toBe(0.6);
    expect(page.value('quantum_model_confidence_stddev{model="xgb",window="gate"}')).toBe(0.05);
    expect(page.value('quantum_model_confidence_p10{model="lgbm",window="gate"}')).toBe(0.44);
    expect(page.value('quantum_model_confidence_p90{model="lgbm",window="gate"}')).toBe(0.56);
    expect(page.value('quantum_model_confidence_min{model="xgb",window="gate"}')).toBe(0.55);
    expect(page.value('quantum_model_confidence_max{model="xgb",window="gate"}')).toBe(0.65);
    expect(page.value('quantum_model_invalid_confidences{model="xgb",window="gate"}')).toBe(0);
    // BUY meets BUY in 48 of the last 60 events; it meets SELL in the other 12.
    expect(page.value('quantum_ensemble_agreement_ratio{window="gate"}')).toBe((48 + 152 / 2) / 200);
    expect(page.value('quantum_ensemble_hard_disagreement_ratio{window="gate"}')).toBe(12 / 200);
    expect(page.named('quantum_window_events')).toEqual({ [gateEvents]: 200 });
    expect(page.value('quantum_stream_length{stream="trade.intent"}')).toBe(200);
  });

  it('takes in what is new at each scrape, and keeps the newest 2,000', async () => {
    await write(client, repeat(1999, calm));
    expect((await exporter.scrape()).value(gateEvents)).toBe(1999);
    await write(client, repeat(1, calm));
    expect((await exporter.scrape()).value(gateEvents)).toBe(2000);
    await write(client, repeat(500, { xgb: { action: 'SELL', confidence: 0.25 } }));
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(2000);
    expect(page.value('quantum_model_action_ratio{model="xgb",window="gate",action="SELL"}')).toBe(0.25);
    expect(page.value('quantum_model_predictions{model="lgbm",window="gate"}')).toBe(1500);
    expect(page.value(judged)).toBe(2500);
    expect(await rereads()).toEqual([]);
  });

  it('finds its 2,000 events among other entries of the stream', async () => {
    const others = Array.from({ length: 3000 }, () => ['event_type', 'trade.closed', 'payload', '{}']);
    await write(client, [...repeat(300, calm), ...others, ...repeat(100, calm)]);
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(400);
    expect(page.value('quantum_trade_intent_events_total{result="other_event_type"}')).toBe(3000);
    expect(page.value('quantum_stream_length{stream="trade.intent"}')).toBe(3400);
  });

  it('begins at the event of the very millisecond of the cutover', async () => {
    const ids = ['1768023795122-0', '1768023795123-0', '1768023795124-0'];
    await write(client, repeat(3, calm), ids);
    await exporter.observe({ gate_cutover: 1768023795.123 });
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(2);
    expect(page.value('redline_input_timestamp_seconds{input="trade_intent"}')).toBe(1768023795.124);
  });

  it('is absent without a cutover, and 0 events where none came since', async () => {
    await write(client, repeat(3, calm));
    await exporter.observe({});
    const unknown = await exporter.scrape();
    expect(unknown.named('quantum_window_')).toEqual({});
    expect(unknown.named('quantum_gate_cutover')).toEqual({ quantum_gate_cutover_registered: 0 });
    expect(unknown.value('redline_collector_success{collector="trade_intent"}')).toBe(1);
    await exporter.observe({ gate_cutover: 4e9 });
    const page = await exporter.scrape();
    expect(page.value('quantum_gate_cutover_registered')).toBe(1);
    expect(page.value(gateEvents)).toBe(0);
    expect(page.named('quantum_model_')).toEqual({});
    expect(page.named('quantum_ensemble_')).toEqual({});
  });
});

describe('the canary window', () => {
  it('leaves the time before its activation behind once there are 200 events since', async () => {
    const ids = (from: number, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `${from + index}-0`);
    await write(client, repeat(300, calm), ids(1_000_000, 300));
    await write(client, repeat(199, { xgb: { action: 'SELL', confidence: 0.9 } }), ids(2_000_000, 199));
    const canary = { deployment: 'd1', model: 'xgb', cutover: 1000, activated_at: 2000 };
    await exporter.observe({ gate_cutover: 1500, canary });
    const before = await exporter.scrape();
    expect(before.value('quantum_window_events{window="canary"}')).toBe(499);
    expect(before.value('quantum_window_start_timestamp_seconds{window="canary"}')).toBe(1000);
    expect(before.value(gateEvents)).toBe(199);
    await write(client, repeat(1, { xgb: { action: 'SELL', confidence: 0.9 } }), ids(2_000_199, 1));
    const after = await exporter.scrape();
    expect(after.value('quantum_window_events{window="canary"}')).toBe(200);
    expect(after.value('quantum_window_start_timestamp_seconds{window="canary"}')).toBe(2000);
    expect(after.value('quantum_model_action_ratio{model="xgb",window="canary",action="SELL"}')).toBe(1);
  });

  it('shows a canary that no event names, and vanishes when it ends', async () => {
    await write(client, repeat(5, calm));
    const canary = { deployment: 'd1', model: 'patchtst', cutover: 1, activated_at: null };
    await exporter.observe({ gate_cutover: 1, canary });
    const page = await exporter.scrape();
    expect(page.value('quantum_window_events{window="canary"}')).toBe(5);
    expect(page.value('quantum_model_predictions{model="patchtst",window="canary"}')).toBe(0);
    expect(page.value('quantum_model_invalid_confidences{model="patchtst",window="canary"}')).toBe(0);
    expect(page.named('quantum_model_confidence_mean{model="patchtst"')).toEqual({});
    await exporter.observe({ gate_cutover: 1 });
    expect((await exporter.scrape()).text).not.toContain('window="canary"');
  });
});

describe('an observation.json that says nothing', () => {
  const canary = { deployment: 'd1', model: 'xgb', cutover: 1, activated_at: null };
  const success = 'redline_collector_success{collector="trade_intent"}';
  const errors = 'redline_collector_errors_total{collector="trade_intent",reason="unreadable"}';

  it.each<[string, (path: string) => void]>([
    [
      'is no JSON',
      (path) => {
        writeFileSync(path, '{"version": 1, "gate_cut');
      },
    ],
    [
      'is not what the receiver writes',
      (path) => {
        writeFileSync(path, '{"version": 2}');
      },
    ],
    [
      'is a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'cannot be looked at',
      (path) => {
        rmSync(path);
        symlinkSync(path, path);
      },
    ],
  ])('because it %s fails the collector, and keeps what the stream says', async (_why, spoil) => {
    const ids = ['1768023795122-0', '1768023795123-0', '1768023795124-0'];
    await write(client, repeat(3, calm), ids);
    await exporter.observe({ gate_cutover: 1, canary });
    expect((await exporter.scrape()).value('quantum_window_events{window="canary"}')).toBe(3);
    const path = observationPath(exporter.folder);
    spoil(path);
    const page = await exporter.scrape();
    expect(page.value(success)).toBe(0);
    expect(page.value(errors)).toBe(1);
    expect(page.named('quantum_window_')).toEqual({});
    expect(page.named('quantum_gate_cutover')).toEqual({});
    expect(page.value('redline_input_timestamp_seconds{input="trade_intent"}')).toBe(1768023795.124);
    expect(page.value('quantum_stream_length{stream="trade.intent"}')).toBe(3);
    expect(page.value(judged)).toBe(3);
    rmSync(path, { recursive: true });
    await exporter.observe({ gate_cutover: 1, canary });
    const mended = await exporter.scrape();
    expect(mended.value(success)).toBe(1);
    expect(mended.value('quantum_window_events{window="canary"}')).toBe(3);
  });
});

describe('a stream that changes under the exporter', () => {
  it('was trimmed: its oldest events leave the window, and it is not read anew', async () => {
    await write(client, repeat(100, calm));
    await exporter.scrape();
    await client.xtrim(stream, 'MAXLEN', 30);
    expect((await exporter.scrape()).value(gateEvents)).toBe(30);
    await client.xtrim(stream, 'MAXLEN', 0);
    const empty = await exporter.scrape();
    expect(empty.value(gateEvents)).toBe(0);
    expect(empty.value('quantum_stream_length{stream="trade.intent"}')).toBe(0);
    expect(empty.value('redline_input_timestamp_seconds{input="trade_intent"}')).toBeUndefined();
    expect(await rereads()).toEqual([]);
  });

  it('was deleted', async () => {
    await write(client, repeat(100, calm));
    await exporter.scrape();
    await client.del(stream);
    expect((await exporter.scrape()).value(gateEvents)).toBe(0);
    await write(client, repeat(7, calm));
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(7);
    expect(page.value(judged)).toBe(107);
    expect(await rereads()).toEqual(['deleted 1']);
  });

  it.each([
    ['with lower ids', ['1-0', '2-0', '3-0']],
    ['with higher ids', undefined],
  ])('was recreated %s between two scrapes', async (_how, ids) => {
    await write(client, repeat(100, calm));
    await exporter.scrape();
    await client.del(stream);
    await write(client, repeat(3, { xgb: { action: 'SELL', confidence: 0.5 } }), ids);
    await exporter.observe({ gate_cutover: 0.0001 });
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(3);
    expect(page.value('quantum_model_action_ratio{model="xgb",window="gate",action="SELL"}')).toBe(1);
    expect(await rereads()).toEqual(['recreated 1']);
  });

  it('was recreated with more entries than it had', async () => {
    await write(client, repeat(3, calm));
    await exporter.scrape();
    await client.del(stream);
    await write(client, repeat(50, calm));
    expect((await exporter.scrape()).value(gateEvents)).toBe(50);
    expect(await rereads()).toEqual(['entries_missed 1']);
  });

  it('lost entries from its middle', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `${index + 1000}-0`);
    await write(client, repeat(10, calm), ids);
    expect((await exporter.scrape()).value(gateEvents)).toBe(10);
    await client.xdel(stream, '1004-0', '1005-0');
    expect((await exporter.scrape()).value(gateEvents)).toBe(8);
    // The largest deleted id stays the same: only the length tells.
    await client.xdel(stream, '1002-0');
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(7);
    expect(page.value(judged)).toBe(10);
    expect(await rereads()).toEqual(['entries_deleted 2']);
  });

  it('is no stream any more: counted, absent, and no other series with it', async () => {
    await write(client, repeat(10, calm));
    await exporter.scrape();
    await client.del(stream);
    await client.set(stream, 'text');
    const page = await exporter.scrape();
    expect(page.named('quantum_window_')).toEqual({});
    expect(page.named('quantum_stream_length')).toEqual({});
    expect(page.value('redline_collector_errors_total{collector="trade_intent",reason="wrong_type"}')).toBe(
      1,
    );
    expect(page.value('redline_collector_success{collector="trade_intent"}')).toBe(0);
    expect(page.value('quantum_redis_up')).toBe(1);
    expect(page.value('redline_collector_success{collector="canary_files"}')).toBe(1);
    await client.del(stream);
    await write(client, repeat(4, calm));
    expect((await exporter.scrape()).value(gateEvents)).toBe(4);
  });
});

describe('bad input', () => {
  const of = (payload: string): string[] => ['event_type', 'trade.intent', 'payload', payload];
  const xgb = (said: string): string[] => of(`{"model_breakdown": {"xgb": ${said}}}`);
  const inAnHour = (): number => Math.round(Date.now() / 1000) + 3600;

  it.each<[string, string, () => string[]]>([
    ['a payload that is no JSON', 'malformed_json', () => of('{"symbol": ')],
    ['no payload', 'missing_field', () => ['event_type', 'trade.intent']],
    ['no event type', 'missing_field', () => ['payload', '{}']],
    ['no model_breakdown', 'missing_field', () => of('{"symbol": "BTCUSDT"}')],
    [
      'a clock in the future',
      'future_timestamp',
      () => of(`{"timestamp": ${inAnHour()}, "model_breakdown": {}}`),
    ],
    ['another event type', 'other_event_type', () => ['event_type', 'trade.closed', 'payload', '{}']],
  ])('counts %s as %s and judges the rest', async (_what, reason, entry) => {
    await write(client, [...repeat(5, calm), entry(), ...repeat(5, calm)]);
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(10);
    expect(page.value(judged)).toBe(10);
    expect(page.value(`quantum_trade_intent_events_total{result="${reason}"}`)).toBe(1);
    const errors = page.value(`redline_collector_errors_total{collector="trade_intent",reason="${reason}"}`);
    expect(errors).toBe(reason === 'other_event_type' ? undefined : 1);
    expect(page.value('redline_collector_success{collector="trade_intent"}')).toBe(1);
  });

  it.each([
    ['text that is a number', '{"action": "BUY", "confidence": "0.25"}', 0.25],
    ['a logit', '{"action": "BUY", "confidence": 7.3}', 0.999324917],
  ])('takes a confidence that is %s', async (_what, said, expected) => {
    await write(client, [xgb(said)]);
    const page = await exporter.scrape();
    expect(page.value('quantum_model_confidence_mean{model="xgb",window="gate"}')).toBe(expected);
    expect(page.value('quantum_model_invalid_confidences{model="xgb",window="gate"}')).toBe(0);
  });

  it.each(['NaN', '-1', '"high"', 'Infinity', '-Infinity', 'true'])(
    'knows a confidence of %s as invalid, and leaves it out of the statistics',
    async (confidence) => {
      await write(client, [
        xgb(`{"action": "BUY", "confidence": ${confidence}}`),
        xgb('{"action": "BUY", "confidence": 0.5}'),
      ]);
      const page = await exporter.scrape();
      expect(page.value(gateEvents)).toBe(2);
      expect(page.value('quantum_model_invalid_confidences{model="xgb",window="gate"}')).toBe(1);
      expect(page.value('quantum_model_predictions{model="xgb",window="gate"}')).toBe(1);
      expect(page.value('quantum_model_confidence_max{model="xgb",window="gate"}')).toBe(0.5);
      expect(page.text).not.toMatch(/ [-+]?(?:NaN|Inf)/);
    },
  );

  it('leaves the vote of an unknown action out, and keeps its confidence', async () => {
    await write(client, [
      xgb('{"action": "WAIT", "confidence": 0.4}'),
      xgb('{"action": "BUY", "confidence": 0.6}'),
    ]);
    const page = await exporter.scrape();
    expect(page.value('quantum_model_action_ratio{model="xgb",window="gate",action="BUY"}')).toBe(1);
    expect(page.value('quantum_model_confidence_mean{model="xgb",window="gate"}')).toBe(0.5);
    expect(page.value('quantum_trade_intent_events_total{result="unknown_action"}')).toBe(1);
    expect(
      page.value('redline_collector_errors_total{collector="trade_intent",reason="unknown_action"}'),
    ).toBe(1);
  });

  it('does not judge an id in the future, nor take it for the newest event', async () => {
    const now = Date.now();
    const ids = [`${now}-0`, `${now + 3_600_000}-0`];
    await write(client, repeat(2, calm), ids);
    const page = await exporter.scrape();
    expect(page.value(gateEvents)).toBe(1);
    expect(page.value('redline_input_timestamp_seconds{input="trade_intent"}')).toBe(now / 1000);
    expect(page.value('quantum_trade_intent_events_total{result="future_timestamp"}')).toBe(1);
  });

  it('counts entries of 10 MB without parsing them, wherever they are', async () => {
    const huge = of(`{"model_breakdown": {}, "pad": "${'x'.repeat(10_000_000)}"}`);
    await write(client, [huge, ...repeat(20, calm), huge]);
    const first = await exporter.scrape();
    expect(first.value(gateEvents)).toBe(20);
    expect(first.value('quantum_trade_intent_events_total{result="oversized"}')).toBe(2);
    await write(client, [...repeat(20, calm), huge, ...repeat(20, calm)]);
    const second = await exporter.scrape();
    expect(second.value(gateEvents)).toBe(60);
    expect(second.value('quantum_trade_intent_events_total{result="oversized"}')).toBe(3);
    expect(second.value('redline_collector_errors_total{collector="trade_intent",reason="oversized"}')).toBe(
      3,
    );
  });

  it('judges no more than 32 models, and no name that is none', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`m${index}`, { action: 'BUY', confidence: 0.5 }]),
    );
    await write(client, [intent(many), intent({ 'a "b"\n': { action: 'BUY', confidence: 0.5 } })]);
    const page = await exporter.scrape();
    expect(Object.keys(page.named('quantum_model_predictions'))).toHaveLength(32);
    expect(page.value('quantum_trade_intent_events_total{result="unknown_model"}')).toBe(2);
  });
});
