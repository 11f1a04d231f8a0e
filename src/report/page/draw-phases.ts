import type { DrillPhase, DrillReport } from '../../model/drill.ts';
import { formatElapsed } from '../../model/duration.ts';
import { type Markup, markup } from './markup.ts';

/** What people call the phases. */
export const phaseNames: Readonly<Record<DrillPhase, string>> = {
  plan: 'looking and planning',
  restore: 'restoring files',
  start: 'starting the server',
  recover: 'replaying WAL',
  promote: 'opening for writes',
  checks: 'checks',
  'tear-down': 'taking it away',
};

const rowHeight = 38;
/** Per cent: a phase that took no time is seen, too. */
const leastWidth = 0.4;

/**
 * The phases one after the other, each a bar from its beginning to its end. Positions are per cent and letters keep
 * their size, so that it can be read on a telephone and on paper.
 */
export function drawPhases(phases: DrillReport['phases']): Markup {
  if (phases.length === 0) return markup`<p>No phase was begun.</p>`;
  const whole = Math.max(
    1,
    phases.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0),
  );
  let before = 0;
  const bars = phases.map(({ phase, elapsedMs }, index) => {
    const start = (before / whole) * 100;
    before += elapsedMs;
    const width = Math.min(100, Math.max(leastWidth, (elapsedMs / whole) * 100));
    const x = Math.min(start, 100 - width).toFixed(2);
    const top = index * rowHeight;
    const label = `${phaseNames[phase]}: ${formatElapsed(elapsedMs)}`;
    return markup`
  <g><title>${label}</title>
    <text x="0" y="${top + 16}">${phaseNames[phase]}</text>
    <text x="100%" y="${top + 16}" text-anchor="end">${formatElapsed(elapsedMs)}</text>
    <rect class="track" x="0" y="${top + 22}" width="100%" height="10" rx="2"/>
    <rect class="phase" x="${x}%" y="${top + 22}" width="${width.toFixed(2)}%" height="10" rx="2"/>
  </g>`;
  });
  const said = phases
    .map(({ phase, elapsedMs }) => `${phaseNames[phase]} ${formatElapsed(elapsedMs)}`)
    .join(', ');
  return markup`<svg class="phases" role="img" aria-labelledby="phases-title phases-said" width="100%" height="${phases.length * rowHeight}" xmlns="http://www.w3.org/2000/svg">
  <title id="phases-title">Phases of the drill, ${formatElapsed(whole)} together</title>
  <desc id="phases-said">${said}</desc>${bars}
</svg>`;
}
