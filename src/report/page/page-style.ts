/** The look of a page: both color schemes, narrow screens, paper. Contrast is at least 4.5 to 1 for text. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1a1f26; --paper: #fff; --soft: #55606d; --line: #d5dae0; --track: #e8ebef;
  --bar: #2563a8; --good: #17662f; --bad: #a8201a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14181d; --soft: #a3adb8; --line: #3a434d;
  --track: #2a313a; --bar: #6aa8e8; --good: #6fce8b; --bad: #ff8f86; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem; max-width: 60rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 .75rem; } .soft, figcaption + svg + p { color: var(--soft); font-size: .875rem; }
.verdict { font-size: 1.25rem; font-weight: 700; } .passed { color: var(--good); } .failed { color: var(--bad); }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: var(--soft); font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
th, td.passed, td.failed, td.not-done, td.not-applicable, td.short { overflow-wrap: normal; }
tbody th { font-weight: 600; } .facts tbody th { width: 34%; }
pre, code { font: .8125rem/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; border: 1px solid var(--line); padding: .75rem; margin: .5rem 0; }
svg { display: block; overflow: hidden; } svg text { fill: var(--ink); font: 14px system-ui, sans-serif; }
svg .track { fill: var(--track); } svg .phase { fill: var(--bar); } svg .failed { fill: var(--bad); }
.trends { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem 1.5rem; }
figure { margin: 0; } figcaption { font-weight: 600; }
@media print { :root { --ink: #000; --paper: #fff; --soft: #333; --line: #999; --track: #ddd; --bar: #2563a8; --good: #17662f; --bad: #a8201a; }
  body { max-width: none; padding: 0; font-size: 11pt; } table, figure, svg { break-inside: avoid; } h2 { break-after: avoid; }
  svg rect { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
