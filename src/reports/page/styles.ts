/** Styles of the pages that the receiver serves: light and dark, for a desk and a hand. Colours of text reach 4.5:1 on their ground. */
export const pageStyles = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --text: #1c2430; --quiet: #566073; --line: #dde2e9; --track: #e8ecf1;
  --accent: #2458b8; --focus: #1a4fd0; --code: #f0f2f6;
  --bad: #a61b14; --bad-ground: #fdeceb; --bad-line: #c8312a; --warn: #7a4b00; --warn-ground: #fff3dc; --warn-line: #c98a17;
  --good: #17603f; --good-ground: #e6f5ed; --good-line: #2f8f63; --quiet-ground: #edf0f4; --quiet-line: #a7b0bf;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151c; --card: #1a202a; --text: #e6eaf1; --quiet: #a7b2c4; --line: #2f3846; --track: #2a323f;
    --accent: #8fb4ff; --focus: #a9c6ff; --code: #242c38;
    --bad: #ffaaa2; --bad-ground: #3b1a1a; --bad-line: #e5544b; --warn: #f2c46c; --warn-ground: #36290f; --warn-line: #d39a2e;
    --good: #7fdcae; --good-ground: #14312a; --good-line: #3da678; --quiet-ground: #262e3a; --quiet-line: #566277;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: 2px; }
a, th, td, dd, p, li, h2, h3, summary, code { overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: 8px; top: -60px; background: var(--card); padding: 8px 12px; z-index: 2; }
.skip:focus { top: 8px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header.top { background: var(--card); border-bottom: 1px solid var(--line); }
header.top > div { max-width: 1120px; margin: 0 auto; padding: 10px 20px; display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; }
header.top .name { margin: 0; font-size: 18px; font-weight: 700; letter-spacing: -0.01em; margin-right: auto; }
header.top .name a { color: var(--text); text-decoration: none; }
header.top .name a::before { content: ""; display: inline-block; width: 22px; height: 4px; border-radius: 2px; background: var(--bad-line); margin-right: 9px; vertical-align: 4px; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: center; font-size: 15px; }
nav form { margin: 0; }
main { max-width: 1120px; margin: 0 auto; padding: 20px 20px 40px; }
footer { max-width: 1120px; margin: 0 auto; padding: 0 20px 32px; color: var(--quiet); font-size: 14px; }
main.narrow, main.narrow + footer { max-width: 720px; }
h1 { font-size: 26px; line-height: 1.25; margin: 4px 0 16px; letter-spacing: -0.01em; }
h2 { font-size: 19px; line-height: 1.3; margin: 0 0 10px; }
h3 { font-size: 16px; margin: 0 0 8px; }
p { margin: 0 0 10px; }
.note { color: var(--quiet); font-size: 14px; }
.panel > ul { margin: 0 0 14px; padding-left: 20px; display: grid; gap: 6px; }
section, .panel { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; margin: 0 0 16px; }
.headline { display: flex; gap: 16px; align-items: flex-start; border-width: 1px 1px 1px 6px; }
.headline h2 { font-size: 23px; margin: 0 0 2px; letter-spacing: -0.01em; }
.headline p { margin: 0; }
.headline .sign { flex: none; width: 40px; height: 40px; border-radius: 50%; font: 700 22px/40px system-ui, sans-serif; text-align: center; color: #fff; }
.headline.bad { border-color: var(--bad-line); background: var(--bad-ground); } .headline.bad h2 { color: var(--bad); } .bad .sign { background: #c02a22; }
.headline.warn { border-color: var(--warn-line); background: var(--warn-ground); } .headline.warn h2 { color: var(--warn); } .warn .sign { background: #8a5a00; }
.headline.good { border-color: var(--good-line); background: var(--good-ground); } .headline.good h2 { color: var(--good); } .good .sign { background: #1f7a52; }
.headline.quiet { border-color: var(--quiet-line); } .quiet .sign { background: #5c677a; }
.chip { display: inline-block; padding: 1px 9px; border-radius: 12px; font-size: 13px; font-weight: 600; line-height: 1.55; overflow-wrap: anywhere; }
h3 .chip, li > strong + .chip { margin-left: 4px; }
.chip.bad { background: var(--bad-ground); color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad-line); }
.chip.warn { background: var(--warn-ground); color: var(--warn); } .chip.good { background: var(--good-ground); color: var(--good); }
.chip.quiet { background: var(--quiet-ground); color: var(--quiet); }
.card { border-top: 1px solid var(--line); padding-top: 14px; margin-top: 14px; }
h2 + .card { border-top: 0; padding-top: 0; margin-top: 0; }
.card .why { border-left: 4px solid var(--bad-line); padding-left: 10px; margin: 4px 0 0; } .card.bad > .why { color: var(--bad); font-weight: 600; }
.facts { margin: 10px 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 10px 24px; }
.facts .wide { grid-column: span 2; } .facts code { background: none; padding: 0; }
.facts dt { color: var(--quiet); font-size: 13.5px; } .facts dd { margin: 0; font-variant-numeric: tabular-nums; }
code { font: 0.88em/1.45 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
progress { appearance: none; display: block; width: 100%; height: 8px; margin: 4px 0 12px; border: 0; border-radius: 4px; background: var(--track); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--track); } progress::-webkit-progress-value { background: var(--accent); border-radius: 4px; }
progress::-moz-progress-bar { background: var(--accent); border-radius: 4px; }
.alerts { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
.alerts li { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 12px; align-items: start; } .alerts .chip { justify-self: start; }
table { border-collapse: collapse; width: 100%; font-size: 15px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 8px 14px 8px 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: 13.5px; font-weight: 600; padding-top: 0; }
tbody th { font-weight: 500; }
.checks .note { display: inline-block; } .checks .quantity { display: block; font-weight: 400; line-height: 1.35; }
.checks tr.another > * { border-top: 0; padding-top: 0; vertical-align: baseline; }
.checks td > span { display: block; }
.checks td.state { width: 116px; } .checks td.state > span { display: inline-block; }
.checks tr.bad { background: var(--bad-ground); } .checks tr.bad .value { color: var(--bad); font-weight: 700; }
.checks tr.bad td:first-child { box-shadow: inset 4px 0 0 var(--bad-line); padding-left: 12px; }
.checks .history { width: 146px; padding: 6px 0; }
.spark { display: block; }
.spark .curve { fill: none; stroke: var(--accent); stroke-width: 1.6; stroke-linejoin: round; stroke-linecap: round; }
.spark .point { fill: var(--accent); } .spark .limit { stroke: var(--bad-line); stroke-width: 1; stroke-dasharray: 3 3; opacity: 0.75; fill: none; }
tr.bad .spark .curve { stroke: var(--bad); } tr.bad .spark .point { fill: var(--bad); }
details { margin-top: 12px; } summary { cursor: pointer; color: var(--accent); width: fit-content; } details[open] > summary { margin-bottom: 8px; }
.methods { margin: 14px 0 0; padding: 0 0 0 22px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 12px; }
.command { color: var(--quiet); margin: 2px 0 6px; }
pre { background: var(--code); border-radius: 8px; padding: 12px 14px; margin: 0 0 10px; overflow-x: auto; font: 13.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; max-height: 420px; }
pre code { font: inherit; }
:not(pre) > code { background: var(--code); border-radius: 4px; padding: 1px 5px; }
.boxes { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: minmax(0, 1fr); gap: 8px; }
.boxes li { display: grid; grid-template-columns: 22px minmax(0, 1fr); gap: 10px; align-items: start; }
.mark { width: 20px; height: 20px; margin-top: 2px; border-radius: 5px; border: 1.5px solid; text-align: center; font: 700 13px/17px system-ui, "Liberation Sans", sans-serif; color: var(--quiet); }
.ticked > .mark { color: var(--good); } .open > .mark { color: var(--bad); } .unknown > .mark { color: var(--warn); border-style: dashed; }
.open > .mark + span { font-weight: 600; } .open .note { font-weight: 400; }
.columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 22px 32px; margin-top: 12px; }
.banner { border-left: 5px solid var(--warn-line); background: var(--warn-ground); color: var(--warn); padding: 10px 14px; border-radius: 6px; margin: 0 0 16px; }
.banner.bad { border-color: var(--bad-line); background: var(--bad-ground); color: var(--bad); }
.stale #live { opacity: 0.45; }
form.order { display: grid; gap: 16px; margin-top: 4px; }
form.order > div { display: grid; gap: 4px; }
label { font-weight: 600; } .hint { color: var(--quiet); font-size: 14px; font-weight: 400; margin: 0; }
input, textarea, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--quiet-line); border-radius: 8px; padding: 9px 12px; width: 100%; }
textarea { min-height: 90px; resize: vertical; }
.buttons { display: flex !important; flex-wrap: wrap; gap: 12px !important; align-items: center; }
button, .button { font: inherit; font-weight: 600; border-radius: 8px; border: 1px solid transparent; padding: 10px 18px; cursor: pointer; text-decoration: none; display: inline-block; background: #2458b8; color: #fff; }
button.danger { background: #b3261e; }
button.plain, .button.plain { background: transparent; color: var(--accent); border-color: var(--quiet-line); }
button.link { background: none; border: 0; padding: 0; color: var(--accent); font-weight: 400; text-decoration: underline; text-underline-offset: 2px; }
.document h1 { font-size: 26px; } .document h2 { margin-top: 26px; } .document ul, .document ol { padding-left: 22px; }
.document table { display: block; overflow-x: auto; } .document > :last-child { margin-bottom: 0; }
@media (min-width: 1080px) { .checks tbody th { width: 360px; } }
@media (max-width: 720px) {
  body { font-size: 16px; }
  header.top > div, main, footer { padding-left: 14px; padding-right: 14px; }
  main { padding-top: 14px; }
  section, .panel { padding: 14px; margin-bottom: 12px; border-radius: 10px; }
  .headline { gap: 12px; } .headline h2 { font-size: 20px; } .headline .sign { width: 32px; height: 32px; font-size: 18px; line-height: 32px; }
  .facts { grid-template-columns: 1fr 1fr; gap: 10px 14px; }
  .alerts li { grid-template-columns: minmax(0, 1fr); gap: 4px; }
  .checks, .checks tbody { display: block; }
  .checks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .checks tr { display: grid; grid-template-columns: 1fr auto; gap: 2px 12px; padding: 10px 0; border-top: 1px solid var(--line); }
  .checks tr:first-child { border-top: 0; }
  .checks th, .checks td { border: 0; padding: 0; }
  .checks th { grid-column: 1 / -1; grid-row: 1; } .checks td.state { grid-column: 2; grid-row: 1; width: auto; text-align: right; }
  .checks td.value, .checks td.allowed { grid-column: 1; font-size: 14.5px; } .checks td.allowed { color: var(--quiet); }
  .checks td.history { grid-column: 2; grid-row: 2 / span 2; align-self: center; width: auto; padding: 0; }
  .checks tr.bad { margin: 0 -14px; padding: 10px 14px; box-shadow: inset 4px 0 0 var(--bad-line); }
  .checks tr.bad td:first-child { box-shadow: none; padding-left: 0; }
  .checks tr.another { border-top: 0; padding-top: 0; }
  /* The place of the state: only the first line of a name makes room for it. */
  .checks tr:not(.another) th::before { content: ""; float: right; width: 118px; height: 24px; }
}
@media (max-width: 420px) { .facts { grid-template-columns: 1fr; } .facts .wide { grid-column: auto; } .spark { width: 104px; } }
@media (prefers-reduced-motion: no-preference) { #live { transition: opacity 0.3s; } }
@media print { header.top, footer, .skip { display: none; } body { background: #fff; } section { break-inside: avoid; } }
`;
