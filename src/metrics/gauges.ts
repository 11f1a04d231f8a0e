import type { catalogue } from './catalogue.ts';
import type { MetricDefinition } from './metric-definition.ts';
import type { Gauge } from './text/gauge.ts';
import { TextGauge } from './text/text-gauge.ts';

/** The gauges of some definitions, by their keys. */
export type GaugesOf<Definitions extends Readonly<Record<string, MetricDefinition>>> = {
  readonly [Key in keyof Definitions as Definitions[Key]['type'] extends 'gauge' ? Key : never]: Gauge<
    Definitions[Key]['labels'][number]
  >;
};

/** The gauges of the whole catalogue. */
export type Gauges = GaugesOf<typeof catalogue>;

/** Gauges with nothing in them, and their text. */
export interface GaugeSheet<Definitions extends Readonly<Record<string, MetricDefinition>>> {
  readonly gauges: GaugesOf<Definitions>;
  /** The same ones by their keys, for whoever moves text. */
  readonly families: ReadonlyMap<string, TextGauge>;
}

export function createGaugeSheet<Definitions extends Readonly<Record<string, MetricDefinition>>>(
  definitions: Definitions,
): GaugeSheet<Definitions> {
  const families = new Map(
    Object.entries(definitions)
      .filter(([, { type }]) => type === 'gauge')
      .map(([key, definition]) => [key, new TextGauge(definition)]),
  );
  return { families, gauges: Object.fromEntries(families) as unknown as GaugesOf<Definitions> };
}
