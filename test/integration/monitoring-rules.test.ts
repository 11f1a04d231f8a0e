import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alertGroups } from '../../src/render/monitoring/alert-groups.ts';
import { writeRules } from '../../src/render/monitoring/write-rules.ts';
import { alertsConfiguration, directCases, findingCases, type AlertCase } from '../support/alert-cases.ts';
import { writeRuleTests } from '../support/write-rule-tests.ts';
import { checkRulesFile, testRules, type PromtoolVerdict } from '../support/promtool.ts';

const groups = alertGroups(alertsConfiguration, 'holdfast');
const rules = groups.flatMap((group) => group.rules);
const text = writeRules(groups);

function holdOf(alert: string): string {
  const rule = rules.find((candidate) => candidate.alert === alert);
  if (rule === undefined) throw new Error(`no rule is named ${alert}`);
  return rule.hold;
}

function tryRules(content: string, cases: readonly AlertCase[]): PromtoolVerdict {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [rulesFile, testsFile] = [join(directory, 'rules.yml'), join(directory, 'tests.yml')];
  writeFileSync(rulesFile, content);
  writeFileSync(testsFile, writeRuleTests(rulesFile, cases, holdOf));
  return testRules(testsFile);
}

describe('the rules for Prometheus', () => {
  it('are loaded by the real promtool, lint and all', () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-rules-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const file = join(directory, 'rules.yml');
    writeFileSync(file, text);
    const verdict = checkRulesFile(file);
    expect(verdict.output).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(verdict.output).not.toContain('lint error');
    expect(verdict.ok).toBe(true);
  });

  it('have a case for each way to fire', () => {
    const main = [...(groups[0]?.rules ?? []), ...(groups[1]?.rules ?? [])];
    const tried = new Set([...directCases, ...findingCases()].map(({ alert }) => alert));
    expect(main.filter(({ alert }) => !tried.has(alert))).toEqual([]);
    // What also looks at numbers is tried by them, not by what the daemon says alone.
    const byNumbers = new Set(directCases.map(({ alert }) => alert));
    const withNumbers = main.filter(
      ({ expr }) => !/^max by \(stanza, repository\) \(holdfast_findings\{[^}]*\}\) > 0$/.test(expr),
    );
    expect(withNumbers.map(({ alert }) => alert).filter((alert) => !byNumbers.has(alert))).toEqual([]);
  });

  it('fire by their own numbers, and resolve', () => {
    expect(tryRules(text, directCases).output).toMatch(/^\s*Unit Testing: .*\s+SUCCESS\s*$/);
  });

  it('fire for each finding that they tell, and resolve', () => {
    expect(tryRules(text, findingCases()).output).toMatch(/^\s*Unit Testing: .*\s+SUCCESS\s*$/);
  });

  it.each([
    ['a metric that nobody shows', 'HoldfastWalHole', /holdfast_holes/g, 'holdfast_hole_count'],
    [
      'a threshold that nothing reaches',
      'HoldfastSchedulerStuck',
      /tick_age_seconds > 60/,
      'tick_age_seconds > 1e9',
    ],
    [
      'a label that no series has',
      'HoldfastPrimaryUnknown',
      /primary_known\{stanza="main"/,
      'primary_known{stanza="man"',
    ],
    ['a join that never matches', 'HoldfastArchiverFailing', /> max by \(stanza\)/g, '> max by (instance)'],
    ['a rule that never resolves', 'HoldfastClockSkew', /(abs\(.*stanza="main"\}\)\)) > 2/, '$1 > 0'],
    ['a rule that holds for too long', 'HoldfastStanzaUnseen', /for: 10m/g, 'for: 100d'],
  ])('would be found with %s', (_, alert, search, replacement) => {
    const planted = text.replace(search, replacement);
    expect(planted).not.toBe(text);
    const verdict = tryRules(
      planted,
      directCases.filter((one) => one.alert === alert),
    );
    expect(verdict.ok).toBe(false);
    expect(verdict.output).toContain(alert);
  });
});
