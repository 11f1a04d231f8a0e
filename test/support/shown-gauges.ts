import { catalogue } from '../../src/metrics/catalogue.ts';
import { createGaugeSheet, type Gauges } from '../../src/metrics/gauges.ts';
import { readMetrics, type MetricsPage } from './metrics-text.ts';

/** What a function shows on gauges of the whole catalogue, read again from the text. */
export function showOn(show: (gauges: Gauges) => void): MetricsPage {
  const { gauges, families } = createGaugeSheet(catalogue);
  show(gauges);
  return readMetrics(Buffer.concat([...families.values()].flatMap((family) => family.takeFamily())));
}
