import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { counter, gauge } from '../../../src/metrics/metric.js';
import { Page } from '../../../src/metrics/page.js';
import { Values } from '../../../src/metrics/values.js';

const size = gauge({
  name: 'size_bytes',
  help: 'A "size"\\n\nof it',
  unit: 'bytes',
  source: '',
  labels: ['of'],
});
const seen = counter({ name: 'seen_total', help: 'Seen', unit: '', source: '', labels: [] });

function page(): Page {
  const values = new Values();
  values.set(size, { of: 'a "quoted" \\ text\n' }, 1.5);
  values.add(seen, {}, 2);
  return new Page(values, [
    {
      name: 'gc_seconds',
      type: 'histogram',
      help: 'GC',
      values: [
        { metricName: 'gc_seconds_bucket', labels: { le: '+Inf', kind: 'major' }, value: 1 },
        { metricName: 'gc_seconds_sum', labels: { kind: 'major' }, value: 0.25 },
        { metricName: 'gc_seconds_count', labels: { kind: 'major' }, value: 1 },
      ],
    },
    { name: 'gone', type: 'gauge', help: 'NaN', values: [{ labels: {}, value: Number.NaN }] },
  ]);
}

describe('Page', () => {
  it('is written as text', () => {
    expect(page().render('text').toString()).toBe(
      [
        '# HELP size_bytes A "size"\\\\n\\nof it',
        '# TYPE size_bytes gauge',
        'size_bytes{of="a \\"quoted\\" \\\\ text\\n"} 1.5',
        '# HELP seen_total Seen',
        '# TYPE seen_total counter',
        'seen_total 2',
        '# HELP gc_seconds GC',
        '# TYPE gc_seconds histogram',
        'gc_seconds_bucket{le="+Inf",kind="major"} 1',
        'gc_seconds_sum{kind="major"} 0.25',
        'gc_seconds_count{kind="major"} 1',
        '',
      ].join('\n'),
    );
  });

  it('names a counter without its suffix in OpenMetrics, escapes quotes and says where it ends', () => {
    const text = page().render('openmetrics').toString();
    expect(text).toContain('# HELP seen Seen\n# TYPE seen counter\nseen_total 2\n');
    expect(text).toContain('# HELP size_bytes A \\"size\\"');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('is compressed to the same text', () => {
    const compressed = page().renderCompressed('text');
    expect(gunzipSync(compressed)).toEqual(page().render('text'));
  });

  it('holds every line, however many there are and whatever they are written in', () => {
    const values = new Values();
    const lines = Array.from({ length: 20_000 }, (_, index) => {
      values.set(size, { of: `株-${index}` }, index);
      return `size_bytes{of="株-${index}"} ${index}`;
    });
    const text = new Page(values, []).render('text').toString();
    expect(text.split('\n').slice(2, -1)).toEqual(lines);
  });
});
