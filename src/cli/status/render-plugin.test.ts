import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../../test/support/conf-parts.ts';
import { Failure } from '../../model/failure.ts';
import { findingPlace, type KnownFinding } from '../../model/finding.ts';
import { describeHealth } from '../../status/describe-health.ts';
import { pluginExitCode, renderPlugin, renderPluginFailure } from './render-plugin.ts';

const now = Date.UTC(2026, 10, 20, 12);
const finding: KnownFinding = {
  rule: 'no-backup',
  severity: 'critical',
  ...findingPlace('main', 'r1'),
  problem: 'there is no backup | at all',
  evidence: 'info\nsays so',
  remedy: 'Take one.',
  since: now,
  lastSeenAt: now,
  endedAt: undefined,
};

function render(findings: readonly KnownFinding[], stanzas = 1): string {
  const main = stanza('main', [], [repository(1)]);
  const all = Array.from({ length: stanzas }, (_, index) => ({
    ...main,
    name: index === 0 ? 'main' : `stanza-${index}`,
    objectives: { ...main.objectives, backupAge: 3600 },
  }));
  const watched = configuration(all);
  return renderPlugin(describeHealth(watched, { sightings: [], archives: [], primaries: [] }, findings, now));
}

/** The guidelines' form of performance data: 'label'=value[UOM];[warn];[crit];[min];[max]. */
const datum = /^'[^'=|]+'=(?:U|\d+(?:\.\d+)?(?:s|B)?);\d*;\d*;0$/;

function parse(text: string): { readonly first: string; readonly data: readonly string[] } {
  const [line = ''] = text.split('\n');
  const [first = '', data = '', ...rest] = line.split(' | ');
  expect(rest).toEqual([]);
  return { first, data: data.match(/'[^']*'=\S*/g) ?? [] };
}

describe('the output of a monitoring plugin', () => {
  it('is one line with performance data, and the findings after it', () => {
    const text = render([finding]);
    expect(parse(text)).toEqual({
      first: 'HOLDFAST CRITICAL - 1 critical: stanza main, repository r1: there is no backup / at all',
      data: [
        "'findings critical'=1;;0;0",
        "'findings warning'=0;0;;0",
        "'main/r1 backup age'=U;;3600;0",
        "'main/r1 behind'=U;;;0",
        "'main/r1 holes'=U;;0;0",
      ],
    });
    expect(text.split('\n')[1]).toBe(
      'CRITICAL stanza main, repository r1: there is no backup / at all (info says so; since 2026-11-20T12:00:00.000Z) - Take one. [no-backup]',
    );
    expect(render([])).toMatch(/^HOLDFAST OK - nothing is wrong \| /);
  });

  it('tells four exit codes apart, and unknown from all others', () => {
    expect((['healthy', 'warning', 'critical', 'unknown'] as const).map(pluginExitCode)).toEqual([
      0, 1, 2, 3,
    ]);
    const failure = new Failure('daemon-unreachable', {
      operation: 'ask',
      problem: 'a | b',
      hint: 'Start it.',
    });
    expect(renderPluginFailure(failure)).toBe('HOLDFAST UNKNOWN - ask: a / b\nStart it.\n');
  });

  it('fits into 4 KB and stays valid, whatever was found', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 900 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(texts, texts, texts), { maxLength: 60 }),
        fc.integer({ min: 1, max: 200 }),
        (rows, stanzas) => {
          const findings = rows.map(([subject, problem, evidence]) => ({
            ...finding,
            subject,
            problem,
            evidence,
          }));
          const text = render(findings, stanzas);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
          const { data } = parse(text);
          for (const one of data) expect(one).toMatch(datum);
          expect(text.split('\n').slice(1).join('')).not.toContain('|');
        },
      ),
      { numRuns: 60 },
    );
  });
});
