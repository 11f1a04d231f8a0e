import type { Gauge, LabelsOf } from './text/gauge.ts';

/** Shows a value that is known, and nothing where it is not. @param per by what it is divided: 1000 for milliseconds */
export function setKnown<Label extends string>(
  gauge: Gauge<Label>,
  labels: LabelsOf<Label>,
  value: number | undefined,
  per = 1,
): void {
  if (value !== undefined) gauge.set(labels, value / per);
}
