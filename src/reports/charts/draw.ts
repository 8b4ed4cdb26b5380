import { barChart } from './bar-chart.js';
import type { Chart } from './chart.js';
import { dotChart } from './dot-chart.js';
import { lineChart } from './line-chart.js';
import type { Markup } from './markup.js';
import { timelineChart } from './timeline-chart.js';

/**
 * A chart as SVG.
 * @param id unique in the page
 * @param width pixels at which its letters have their size
 */
export function drawChart(chart: Chart, id: string, width: number): Markup {
  switch (chart.kind) {
    case 'bars':
      return barChart(chart, id, width);
    case 'line':
      return lineChart(chart, id, width);
    case 'dots':
      return dotChart(chart, id, width);
    case 'timeline':
      return timelineChart(chart, id, width);
  }
}
