/** Values of a gauge at one rendering, by their labels. A label that is left out is not shown. */
export interface Gauge<Label extends string> {
  set(value: number): void;
  set(labels: LabelsOf<Label>, value: number): void;
  /** Counts: one more for each call with the same labels. */
  inc(labels: LabelsOf<Label>): void;
}

export type LabelsOf<Label extends string> = Readonly<Partial<Record<Label, string | number>>>;
