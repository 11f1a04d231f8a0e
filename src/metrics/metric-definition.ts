/** A family of metrics as Prometheus knows it. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds; only of a histogram. */
  readonly buckets?: readonly number[];
}
