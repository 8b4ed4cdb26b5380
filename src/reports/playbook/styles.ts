/** Styles of the HTML report: light and dark, for a desk, a hand and paper. */
export const styles = `
:root {
  --page: #f4f5f7; --card: #ffffff; --text: #1c2430; --quiet: #586274; --line: #dfe3ea; --track: #edf0f4;
  --accent: #2458b8; --gain: #1f7a5c; --loss: #b5432e; --good: #1b6e4f; --warn: #8a5a00; --bad: #b3261e;
  --critical: #b3261e; --warning: #c77f0a; --info: #4a76c4; --range: #b9cdf0; --baseline: #6a7385; --fill: #f0cfc8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --card: #1b212b; --text: #e6eaf1; --quiet: #a2adbf; --line: #313a48; --track: #262e3a;
    --accent: #84adff; --gain: #4cc195; --loss: #f0826c; --good: #63cf9f; --warn: #ecb44f; --bad: #ff8f85;
    --critical: #f0655a; --warning: #e0a33c; --info: #84adff; --range: #3a568a; --baseline: #a2adbf; --fill: #5a322c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 28px 20px 40px; max-width: 960px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 18px; margin: 0 0 10px; }
h3, caption, figcaption { font-size: 14px; font-weight: 600; text-align: left; margin: 0; padding: 0 0 6px; }
p { margin: 0 0 10px; }
.subtitle, .note, .quiet, .dim, footer { color: var(--quiet); }
.subtitle { margin: 4px 0 14px; }
.note { font-size: 13px; }
.warning {
  border-left: 4px solid var(--warning); background: var(--card); padding: 8px 12px; border-radius: 4px;
  overflow-wrap: anywhere;
}
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
td.bad, dd.bad, td.warn { font-weight: 600; }
dl, dd, dt { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px; margin: 16px 0; }
.tiles > div, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles > div { padding: 10px 14px; min-width: 0; }
.tiles dt { font-size: 13px; color: var(--quiet); }
.tiles dd.number { font-size: 22px; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.tiles dd.note { font-size: 12px; line-height: 1.35; }
section { padding: 18px 20px; margin: 0 0 16px; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 10px 22px; }
.facts dt { font-size: 13px; color: var(--quiet); }
.facts dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.facts .note { display: block; line-height: 1.35; }
.boxes { list-style: none; margin: 0; padding: 0; display: grid; gap: 7px; }
.boxes li { display: grid; grid-template-columns: 22px 1fr; gap: 10px; align-items: start; overflow-wrap: anywhere; }
.mark {
  width: 20px; height: 20px; margin-top: 1px; border-radius: 5px; border: 1.5px solid; text-align: center;
  font: 700 13px/17px system-ui, "Liberation Sans", sans-serif;
}
.ticked .mark { color: var(--good); } .open .mark { color: var(--bad); } .unknown .mark { color: var(--warn); border-style: dashed; }
.open > span + span > span:first-child { font-weight: 600; }
figure { margin: 0; }
.chart svg { display: block; width: 100%; height: auto; }
.narrow { display: none; }
/* A shadow at the side where there is more to be moved into sight. */
.table {
  overflow-x: auto;
  background:
    linear-gradient(90deg, var(--card) 40%, transparent) 0 0 / 32px 100% no-repeat local,
    linear-gradient(270deg, var(--card) 40%, transparent) 100% 0 / 32px 100% no-repeat local,
    linear-gradient(90deg, var(--line), transparent) 0 0 / 12px 100% no-repeat scroll,
    linear-gradient(270deg, var(--line), transparent) 100% 0 / 12px 100% no-repeat scroll;
}
.table:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 12px 5px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-size: 12.5px; font-weight: 600; color: var(--quiet); white-space: nowrap; }
td { overflow-wrap: break-word; max-width: 260px; }
th:last-child, td:last-child { padding-right: 0; }
tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; white-space: nowrap; }
main section > * + * { margin-top: 16px; }
main section > h2 + * { margin-top: 0; }
main section > h3 + p { margin-top: 0; }
footer { font-size: 13px; text-align: center; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; fill: var(--text); }
svg .axis, svg .quiet { fill: var(--quiet); font-size: 11px; }
svg .value { font-variant-numeric: tabular-nums; }
svg .grid { stroke: var(--line); } svg .zero { stroke: var(--quiet); } svg .track { stroke: var(--track); stroke-width: 2; }
svg .gain { fill: var(--gain); } svg .loss { fill: var(--loss); }
svg .curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
svg .point, svg .dot { fill: var(--accent); }
svg .depth { fill: var(--fill); } svg .depth-line { fill: none; stroke: var(--loss); stroke-width: 1.5; }
svg .range { fill: var(--range); } svg .baseline { fill: var(--baseline); } svg .link { stroke: var(--baseline); stroke-width: 1.5; }
svg .critical { fill: var(--critical); } svg .warning { fill: var(--warning); } svg .info { fill: var(--info); }
svg .gap { fill: var(--track); }
@media (max-width: 560px) {
  body { padding: 18px 12px 28px; }
  h1 { font-size: 22px; }
  section { padding: 14px 14px; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 8px; }
  .facts { grid-template-columns: 1fr 1fr; gap: 10px 14px; }
  .wide { display: none; } .narrow { display: block; }
}
@media print {
  :root {
    --page: #fff; --card: #fff; --text: #000; --quiet: #444; --line: #ccc; --track: #eee;
    --accent: #2458b8; --gain: #1f7a5c; --loss: #b5432e; --good: #1b6e4f; --warn: #8a5a00; --bad: #b3261e;
    --critical: #b3261e; --warning: #c77f0a; --info: #4a76c4; --range: #b9cdf0; --baseline: #6a7385; --fill: #f0cfc8;
  }
  body { max-width: none; padding: 0; font-size: 11pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 12px 0; }
  figure, tr, li, .tiles > div { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  .table { overflow: visible; }
}
`;
