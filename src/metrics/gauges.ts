import type { Gauge } from 'prom-client';
import type { catalogue } from './catalogue.ts';

type Catalogue = typeof catalogue;

/** The gauges of the catalogue by their keys. */
export type Gauges = {
  readonly [Key in keyof Catalogue as Catalogue[Key]['type'] extends 'gauge' ? Key : never]: Gauge<
    Catalogue[Key]['labels'][number]
  >;
};
