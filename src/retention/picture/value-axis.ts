/** Round values from 0 up to at most `most`, so that there are at most `count` steps. @param base 10, or 2 for bytes */
export function valueTicks(most: number, count: number, base: 10 | 2 = 10): readonly number[] {
  if (!(most > 0)) return [0];
  const rough = most / count;
  const step = base === 10 ? decimalStep(rough) : 2 ** Math.ceil(Math.log2(rough));
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}

function decimalStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}
