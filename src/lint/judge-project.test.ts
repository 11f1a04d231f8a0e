import { describe, expect, it } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../model/engine-version.ts';
import { judgeProject } from './judge-project.ts';
import type { LintProject, LintRule, RuleFamily } from './lint-rule.ts';
import { readProject } from './read-project.ts';

const engineVersion = parseEngineVersion('2.45') as EngineVersion;

function project(...sources: readonly { readonly file: string; readonly text: string }[]): LintProject {
  return readProject(sources, { engineVersion, fileFacts: () => undefined });
}

/** Finds every setting of that name, in the files and in their parts. */
function ruleFor(name: string, option: string, severity: LintRule['severity'] = 'warning'): LintRule {
  return {
    name,
    severity,
    title: 'it is there',
    consequence: 'It happens.',
    correct: '',
    reproduction: '',
    source: '',
    *judge({ engineFiles }) {
      for (const { settings } of engineFiles) {
        for (const { name: found, value, line } of settings) {
          if (found.value !== option) continue;
          yield {
            place: line,
            problem: `${option} is ${value.value}`,
            remedy: 'Take it out.',
            engineError: 31,
          };
        }
      }
    },
  };
}

const family = (...rules: LintRule[]): readonly RuleFamily[] => [{ title: 'test', rules }];

describe('judgeProject', () => {
  it('fills a finding with what is always the same about its rule', () => {
    const text = '[global]\nprocess-max=2\n';
    const { findings } = judgeProject(
      project({ file: 'pgbackrest.conf', text }),
      family(ruleFor('a-rule', 'process-max')),
    );
    expect(findings).toEqual([
      {
        rule: 'a-rule',
        severity: 'warning',
        position: { file: 'pgbackrest.conf', line: 2, column: 1 },
        end: { file: 'pgbackrest.conf', line: 3, column: 1 },
        text: 'process-max=2',
        problem: 'process-max is 2',
        consequence: 'It happens.',
        remedy: 'Take it out.',
        engineError: 31,
        documentation: 'docs/lint.md#a-rule',
        fix: undefined,
      },
    ]);
  });

  it('gives the place in the file for what stands in a part of it', () => {
    const text = '# Title\n\n```ini\n[global]\nprocess-max=2\n```\n';
    const { findings } = judgeProject(
      project({ file: 'a.md', text }),
      family(ruleFor('a-rule', 'process-max')),
    );
    expect(findings.map(({ position, end }) => [position.line, position.column, end.line])).toEqual([
      [5, 1, 6],
    ]);
  });

  it('sorts by file as given, line, column and severity, and says nothing twice', () => {
    const text = '[global]\nprocess-max=2\nstart-fast=y\n';
    const rules = [
      ruleFor('z-mild', 'process-max', 'advice'),
      ruleFor('other', 'start-fast'),
      ruleFor('a-severe', 'process-max', 'critical'),
      ruleFor('other', 'start-fast'),
    ];
    const both = project({ file: 'z/pgbackrest.conf', text }, { file: 'a/pgbackrest.conf', text });
    const { findings } = judgeProject(both, family(...rules));
    expect(findings.map(({ position, rule }) => `${position.file}:${position.line} ${rule}`)).toEqual([
      'z/pgbackrest.conf:2 a-severe',
      'z/pgbackrest.conf:2 z-mild',
      'z/pgbackrest.conf:3 other',
      'a/pgbackrest.conf:2 a-severe',
      'a/pgbackrest.conf:2 z-mild',
      'a/pgbackrest.conf:3 other',
    ]);
  });

  it('leaves out and counts what a comment takes out', () => {
    const text = '[global]\n# holdfast-lint: ignore a-rule\nprocess-max=2\n[global:backup]\nprocess-max=3\n';
    const judged = judgeProject(
      project({ file: 'pgbackrest.conf', text }),
      family(ruleFor('a-rule', 'process-max')),
    );
    expect(judged.ignored).toBe(1);
    expect(judged.findings.map(({ position }) => position.line)).toEqual([5]);
  });

  it('takes secrets out of every text, wherever else they stand', () => {
    const secret = 'fj38Dk20sLq9';
    const text = `[global]\nrepo1-s3-key-secret=${secret}\nrepo1-path=/x/${secret}\n`;
    const judged = judgeProject(
      project({ file: 'pgbackrest.conf', text }),
      family(ruleFor('a-rule', 'repo1-path'), ruleFor('b-rule', 'repo1-s3-key-secret')),
    );
    expect(judged.findings).toHaveLength(2);
    expect(JSON.stringify(judged.findings)).not.toContain(secret);
    expect(judged.findings[1]).toMatchObject({
      text: 'repo1-path=/x/(hidden)',
      problem: 'repo1-path is /x/(hidden)',
    });
  });

  it('does not hide words that are no secrets', () => {
    const file = {
      file: '.env',
      text: 'POSTGRES_PASSWORD=postgres\nPGBACKREST_REPO1_CIPHER_PASS=<passphrase>\n',
    };
    const text = '[global]\nlog-path=/var/log/postgres\n';
    const judged = judgeProject(
      project(file, { file: 'pgbackrest.conf', text }),
      family(ruleFor('a-rule', 'log-path')),
    );
    expect(judged.findings[0]?.text).toBe('log-path=/var/log/postgres');
  });
});
