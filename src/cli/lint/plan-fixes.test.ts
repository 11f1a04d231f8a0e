import { describe, expect, it } from 'vitest';
import type { Fix, LintFinding } from '../../lint/lint-finding.ts';
import { LintDocument } from '../../lint/lint-document.ts';
import type { LintInput } from '../../lint/sources/lint-input.ts';
import { planFixes } from './plan-fixes.ts';

const text = '[global]\na=1\nb=hidden-value\n';
const document = new LintDocument('a.conf', { kind: 'pgbackrest-conf', text });
const input: LintInput = { file: 'a.conf', path: '/a.conf', text, facts: undefined };

function finding(start: number, end: number, replacement: string): LintFinding {
  const fix: Fix = { place: { document, start, end }, replacement };
  return {
    rule: 'a-rule',
    severity: 'warning',
    position: document.positionOf(start),
    end: document.positionOf(end),
    text: '',
    problem: '',
    consequence: '',
    remedy: '',
    engineError: undefined,
    documentation: '',
    fix,
  };
}

describe('planFixes', () => {
  it('puts the fixes of a file together, with the difference', () => {
    const plan = planFixes([finding(11, 12, '2')], [input], (shown) =>
      shown.replaceAll('hidden-value', '(hidden)'),
    );
    expect(plan.refused).toBe(0);
    expect(plan.files).toHaveLength(1);
    expect(plan.files[0]).toMatchObject({ text: '[global]\na=2\nb=hidden-value\n', count: 1 });
    expect(plan.files[0]?.diff).toBe(
      '--- a.conf\n+++ a.conf (fixed)\n@@ -1,3 +1,3 @@\n [global]\n-a=1\n+a=2\n b=(hidden)\n',
    );
  });

  it('counts what cannot be made, and says nothing of files that stay as they are', () => {
    const plan = planFixes([finding(9, 12, 'c=3'), finding(11, 12, '2')], [input], (shown) => shown);
    expect(plan.files[0]?.text).toBe('[global]\nc=3\nb=hidden-value\n');
    expect(plan.refused).toBe(1);
    expect(planFixes([], [input], (shown) => shown).files).toEqual([]);
  });
});
