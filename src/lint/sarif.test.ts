import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { LintDocument } from './lint-document.ts';
import type { LintFinding } from './lint-finding.ts';
import type { RuleDescription } from './lint-rule.ts';
import { toSarif } from './sarif.ts';

/*
 * The part of the official schema (OASIS, sarif-schema-2.1.0.json) that our documents use, with its required
 * properties, closed lists and minima. Strict: a property that is not in the official schema is refused, as it is there
 * (additionalProperties: false).
 */
const message = z.strictObject({ text: z.string(), markdown: z.string().optional() });
const level = z.enum(['none', 'note', 'warning', 'error']);
const region = z.strictObject({
  startLine: z.int().min(1),
  startColumn: z.int().min(1),
  endLine: z.int().min(1),
  endColumn: z.int().min(1),
});
const artifactLocation = z.strictObject({ uri: z.string().regex(/^(?:file:\/\/\/)?[\w.\-~%/]+$/) });
const reportingDescriptor = z.strictObject({
  id: z.string(),
  shortDescription: message,
  fullDescription: message,
  defaultConfiguration: z.strictObject({ level }),
  help: message,
});
const fix = z.strictObject({
  description: message,
  artifactChanges: z
    .array(
      z.strictObject({
        artifactLocation,
        replacements: z
          .array(
            z.strictObject({ deletedRegion: region, insertedContent: z.strictObject({ text: z.string() }) }),
          )
          .min(1),
      }),
    )
    .min(1),
});
const result = z.strictObject({
  ruleId: z.string(),
  ruleIndex: z.int().min(-1),
  level,
  message,
  locations: z.array(z.strictObject({ physicalLocation: z.strictObject({ artifactLocation, region }) })),
  fixes: z.array(fix).optional(),
});
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          semanticVersion: z.string(),
          rules: z.array(reportingDescriptor),
        }),
      }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      results: z.array(result),
    }),
  ),
});

const rule: RuleDescription = {
  name: 'some-rule',
  severity: 'critical',
  title: 'something is wrong',
  consequence: 'It fails.',
  correct: 'a=1\n',
  reproduction: 'run it',
  source: 'somewhere',
};
const text = '[global]\na=2\nb=3\n';
const document = new LintDocument('/srv/some dir/a.conf', { kind: 'pgbackrest-conf', text });
const finding: LintFinding = {
  rule: 'some-rule',
  severity: 'critical',
  position: document.positionOf(11),
  end: document.positionOf(12),
  text: '2',
  problem: 'a is 2',
  consequence: 'It fails.',
  remedy: 'Write 1.',
  engineError: 32,
  documentation: 'docs/lint.md#some-rule',
  fix: { place: { document, start: 11, end: 12 }, replacement: '1' },
};
const input = { findings: [finding], rules: [rule], version: '0.1.0', directory: '/srv' };

describe('toSarif', () => {
  it('has the form of SARIF 2.1.0', () => {
    const foreign = { ...finding, rule: 'holdfast-bad-yaml', severity: 'advice', fix: undefined } as const;
    expect(log.safeParse(toSarif({ ...input, findings: [finding, foreign] })).error).toBeUndefined();
    expect(log.safeParse(toSarif({ ...input, findings: [] })).error).toBeUndefined();
  });

  it('tells rule, level, place and fix', () => {
    const [run] = log.parse(toSarif(input)).runs;
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['some-rule']);
    const [found] = run?.results ?? [];
    expect(found).toMatchObject({ ruleId: 'some-rule', ruleIndex: 0, level: 'error' });
    expect(found?.message.text).toBe('a is 2 (error [032]). It fails. Write 1.');
    expect(found?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'some%20dir/a.conf' },
      region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 4 },
    });
    expect(found?.fixes?.[0]?.artifactChanges[0]?.replacements).toEqual([
      {
        deletedRegion: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 4 },
        insertedContent: { text: '1' },
      },
    ]);
  });

  it('describes rules that are not in the list, and points to files elsewhere by an absolute name', () => {
    const other = { ...finding, rule: 'holdfast-bad-yaml', fix: undefined };
    const [run] = log.parse(toSarif({ ...input, findings: [other], directory: '/home/me' })).runs;
    expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['some-rule', 'holdfast-bad-yaml']);
    expect(run?.results[0]).toMatchObject({ ruleIndex: 1 });
    expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(
      'file:///srv/some%20dir/a.conf',
    );
  });
});
