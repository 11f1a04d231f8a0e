import type { LineRange } from '../../embed-lines.ts';
import type { Claim } from '../../facts.ts';
import type { LintDocument } from '../../lint-document.ts';

/** `RPO (Recovery Point Objective)**: < 1 minute`; a sentence that first comes to the RTO is no claim of this kind. */
const rpoClaim =
  /\b(?:RPO|recovery point objective)\b(?:(?!RTO|recovery time)[^\d\n]){0,60}?(\d+(?:\.\d+)?)\s*-?\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b/gi;

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What the sentences of a text promise about how much can be lost. */
export function readClaims(document: LintDocument, lines: readonly LineRange[]): readonly Claim[] {
  return lines.flatMap(({ start, end }) =>
    [...document.text.slice(start, end).matchAll(rpoClaim)].map((found) => ({
      place: { document, start: start + found.index, end: start + found.index + found[0].length },
      kind: 'rpo' as const,
      amount: Number(found[1]) * (secondsOf[(found[2] ?? 's').charAt(0).toLowerCase()] ?? 1),
    })),
  );
}
