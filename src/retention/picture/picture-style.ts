/**
 * The look of pictures, for both color schemes and for paper. Kinds differ in width and dashes too, so that they can be
 * told apart without colors.
 */
export const pictureStyle = `
:root { --full: #1d5fa8; --diff: #0f766e; --incr: #8a5a00; --band: #dbe8f6; --grid: #dde2e8; --one: #1d5fa8; --two: #c2570c; --three: #6d4aa8; }
@media (prefers-color-scheme: dark) { :root { --full: #7db4f0; --diff: #4fc3b4; --incr: #d9a441; --band: #1d3550; --grid: #303842; --one: #7db4f0; --two: #f0955a; --three: #b79cf0; } }
.picture { overflow-x: auto; margin: .5rem 0 1rem; } .picture svg { min-width: 44rem; width: 100%; height: auto; }
.picture text { font: 13px system-ui, sans-serif; fill: var(--ink); } .picture text.soft { fill: var(--soft); }
.picture text.title { font-weight: 700; font-size: 15px; } .picture text.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
.picture .band { fill: var(--band); stroke: var(--band); stroke-width: .6; } .picture .least { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 1 4; stroke-linecap: round; }
.picture .grid { stroke: var(--grid); stroke-width: 1; } .picture .axis { stroke: var(--soft); stroke-width: 1; }
.picture .full { stroke: var(--full); stroke-width: 3; } .picture .diff { stroke: var(--diff); stroke-width: 2; stroke-dasharray: 7 3; }
.picture .incr { stroke: var(--incr); stroke-width: 1; stroke-dasharray: 2 2; }
.picture .one { fill: var(--one); } .picture .two { fill: var(--two); } .picture .three { fill: var(--three); }
.picture td { white-space: nowrap; } .picture th { overflow-wrap: normal; }
@media print { :root { --full: #1d5fa8; --diff: #0f766e; --incr: #8a5a00; --band: #dbe8f6; --grid: #ccc; --one: #1d5fa8; --two: #c2570c; --three: #6d4aa8; }
  .picture svg { min-width: 0; } .picture svg * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;

/** Variables of the page that pictures use, for one that stands alone. */
const aloneStyle = `
:root { color-scheme: light dark; --ink: #1a1f26; --paper: #fff; --soft: #55606d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --paper: #14181d; --soft: #a3adb8; } }
@media print { :root { --ink: #000; --paper: #fff; --soft: #333; } }
.paper { fill: var(--paper); }
`;

/** Style of an SVG file. */
export const alonePictureStyle = `${aloneStyle}${pictureStyle}`;
