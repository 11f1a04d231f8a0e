import { describe, expect, it } from 'vitest';
import { assessFailedUnit } from './failed-unit.ts';

describe('assessFailedUnit', () => {
  it('says what systemd knows, and what an exit code of ours means', () => {
    const unit = 'holdfast-main-full.service';
    const found = assessFailedUnit({ unit, stanza: 'main', result: 'exit-code', status: '87' });
    expect(found).toMatchObject({
      rule: 'unit-failed',
      severity: 'critical',
      subject: 'stanza main, unit holdfast-main-full.service',
      stanza: 'main',
      evidence: 'systemd says: exit-code, and it ended with 87 (disk-full, docs/failures.md)',
    });
    const killed = assessFailedUnit({ unit, stanza: 'main', result: 'signal', status: 'KILL' });
    expect(killed.evidence).toBe('systemd says: signal, and it ended with KILL');
  });

  it('knows of nothing more where systemd is older', () => {
    const found = assessFailedUnit({
      unit: 'holdfast.service',
      stanza: undefined,
      result: undefined,
      status: undefined,
    });
    expect(found.stanza).toBeUndefined();
    expect(found.evidence).toBe('systemd started the alert of its OnFailure');
  });
});
