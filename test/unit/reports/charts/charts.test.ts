import { describe, expect, it } from 'vitest';
import type { Chart } from '../../../../src/reports/charts/chart.js';
import { drawChart } from '../../../../src/reports/charts/draw.js';
import { fitted } from '../../../../src/reports/charts/frame.js';
import { extent, linearScale, niceTicks, timeTicks } from '../../../../src/reports/charts/scale.js';
import { hostile } from '../playbook/example-report.js';

const described = { title: hostile, description: hostile };
const line = {
  kind: 'line',
  unit: 'money',
  start: 0,
  end: 7200,
  gapSeconds: 900,
  isDepth: false,
  ...described,
} as const;

function draw(chart: Chart, width = 330): string {
  const { markup } = drawChart(chart, 'c', width);
  expect(markup).not.toMatch(/NaN|undefined|Infinity|<script/);
  expect(markup).toMatch(/^<svg .*role="img" aria-labelledby="c-title c-desc"/);
  return markup;
}

function numbers(markup: string, attribute: string): number[] {
  return [...markup.matchAll(new RegExp(` ${attribute}="(-?[\\d.]+)"`, 'g'))].map(([, text]) => Number(text));
}

const empty: readonly Chart[] = [
  { kind: 'bars', unit: 'money', bars: [{ label: 'a', value: undefined }], ...described },
  { ...line, points: [] },
  {
    kind: 'dots',
    unit: 'share',
    rows: [{ label: hostile, value: undefined }],
    legend: { value: '', baseline: '', range: '' },
    ...described,
  },
  { kind: 'timeline', start: 0, end: 10, rows: [], gaps: [], ...described },
];

describe.each(['bars', 'line', 'dots', 'timeline'])('a chart of kind %s', (kind) => {
  it('says that there is nothing to draw', () => {
    for (const chart of empty.filter((found) => found.kind === kind)) {
      const markup = draw(chart);
      expect(markup).toMatch(/<text[^>]*class="quiet">[^<]+<\/text>/);
      expect(markup).not.toMatch(/<(?:rect|path|circle) /);
    }
  });
});

it('draws gains up and losses down from 0, and no bar for what is unknown', () => {
  const markup = draw({
    kind: 'bars',
    unit: 'money',
    bars: [
      { label: 'a', value: 100 },
      { label: 'b', value: -50 },
      { label: 'c', value: undefined },
      { label: 'd', value: 0 },
    ],
    ...described,
  });
  const bars = [
    ...markup.matchAll(
      /<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"[^>]*class="(gain|loss)"/g,
    ),
  ];
  expect(bars.map(([, , , kind]) => kind)).toEqual(['gain', 'loss', 'gain']);
  const [gain, loss] = bars.map(([, y, height]) => ({ y: Number(y), height: Number(height) }));
  expect((gain?.y ?? 0) + (gain?.height ?? 0)).toBeCloseTo(loss?.y ?? 0, 1);
  expect((gain?.height ?? 0) / (loss?.height ?? 1)).toBeCloseTo(2, 1);
  expect(markup).toContain('c: unknown');
});

it('breaks a line where nothing is known, and draws a lone point', () => {
  const markup = draw({
    ...line,
    points: [
      [0, 10],
      [600, 12],
      [3600, 11],
      [4200, 13],
      [7200, 9],
    ],
  });
  expect(markup.match(/class="curve"/g)).toHaveLength(2);
  expect(markup.match(/class="point"/g)).toHaveLength(1);
});

it('draws a line of one value, and a depth from 0 down', () => {
  draw({
    ...line,
    points: [
      [0, 5],
      [600, 5],
    ],
  });
  const markup = draw({
    ...line,
    unit: 'share',
    isDepth: true,
    points: [
      [0, 0.1],
      [600, 0],
    ],
  });
  expect(markup).toMatch(/class="depth"/);
});

it('keeps dots, marks and ranges within the picture', () => {
  const markup = draw({
    kind: 'dots',
    unit: 'share',
    rows: [
      { label: hostile.repeat(4), value: 0.4, baseline: 0.9, low: 0.1, high: 1 },
      { label: 'b', value: 0.55 },
    ],
    legend: { value: 'win rate', baseline: 'baseline', range: 'range' },
    ...described,
  });
  for (const x of [...numbers(markup, 'cx'), ...numbers(markup, 'x')]) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(330);
  }
  expect(markup).toContain('40.0%');
});

it('shows a short time too, and shades what is not known', () => {
  const markup = draw({
    kind: 'timeline',
    start: 0,
    end: 86_400,
    rows: [{ label: hostile, mood: 'critical', spans: [{ start: 86_390, end: 86_400 }] }],
    gaps: [{ start: 0, end: 3600 }],
    ...described,
  });
  const [, x = '', width = ''] =
    /<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^>]*class="critical"/.exec(markup) ?? [];
  expect(Number(width)).toBeGreaterThanOrEqual(3);
  expect(Number(x) + Number(width)).toBeLessThanOrEqual(330);
  expect(markup).toContain('class="gap"');
});

describe('scales', () => {
  it('end on round numbers around the values', () => {
    expect(niceTicks([-89, 342], 4)).toEqual([-200, 0, 200, 400]);
    expect(niceTicks([0.4, 0.6], 4)).toEqual([0.4, 0.45, 0.5, 0.55, 0.6]);
    expect(niceTicks([5, 5], 4).length).toBeGreaterThan(1);
    expect(niceTicks([0, 0], 4).every(Number.isFinite)).toBe(true);
  });

  it('map values onto pixels, a single one into the middle', () => {
    expect(linearScale([0, 10], [100, 0])(2.5)).toBe(75);
    expect(linearScale([3, 3], [100, 0])(3)).toBe(50);
    expect(extent([])).toEqual([0, 1]);
  });

  it('tell times on whole hours or days', () => {
    const start = Date.parse('2026-01-09T10:30:00Z') / 1000;
    expect(timeTicks(start, start + 6 * 3600, 6).map(({ text }) => text)).toEqual([
      '11:00',
      '12:00',
      '13:00',
      '14:00',
      '15:00',
      '16:00',
    ]);
    expect(timeTicks(start, start + 7 * 86_400, 7).map(({ text }) => text)[0]).toBe('01-10');
  });

  it('cut a text that would run over another', () => {
    expect(fitted('PortfolioDrawdownElevated', 66)).toBe('Portfolio\u2026');
    expect(fitted('short', 66)).toBe('short');
  });
});
