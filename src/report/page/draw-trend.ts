import { type Markup, markup } from './markup.ts';

/** One drill's value of a measure. */
export interface TrendPoint {
  /** ISO 8601. */
  readonly at: string;
  /** Null: it was not measured. */
  readonly value: number | null;
  readonly failed: boolean;
}

const height = 64;

/**
 * Bars from zero, the oldest left; failed drills are hatched by their class.
 *
 * @param name of the measure @param id unique in the page @param format a value for people
 */
export function drawTrend(
  name: string,
  id: string,
  points: readonly TrendPoint[],
  format: (value: number) => string,
): Markup | undefined {
  const known = points.flatMap(({ value }) => value ?? []);
  if (known.length < 2) return undefined;
  const most = Math.max(...known) || 1;
  const step = 100 / points.length;
  const bars = points.map(({ at, value, failed }, index) => {
    if (value === null) return markup``;
    const tall = Math.max(2, (value / most) * (height - 4));
    return markup`
    <g><title>${at.slice(0, 10)}: ${format(value)}${failed ? ', failed' : ''}</title><rect class="${failed ? 'failed' : 'phase'}" x="${(index * step + step * 0.1).toFixed(2)}%" y="${(height - tall).toFixed(1)}" width="${(step * 0.8).toFixed(2)}%" height="${tall.toFixed(1)}"/></g>`;
  });
  const [first, last] = [known[0] ?? 0, known.at(-1) ?? 0];
  const said = `${known.length} drills, from ${format(Math.min(...known))} to ${format(most)}; the first of them ${format(first)}, this one ${format(last)}`;
  return markup`<figure>
  <figcaption>${name}</figcaption>
  <svg class="trend" role="img" aria-labelledby="${id}-title ${id}-said" width="100%" height="${height}" xmlns="http://www.w3.org/2000/svg">
    <title id="${id}-title">${name}, drill by drill</title>
    <desc id="${id}-said">${said}</desc>${bars}
  </svg>
  <p>${said}</p>
</figure>`;
}
