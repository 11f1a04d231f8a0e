import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { createHttpParts } from '../../../test/support/http-parts.ts';
import type { RunEnd } from '../../store/journal.ts';
import { openJournal } from '../../store/open-journal.ts';
import { assessRuns } from '../../status/rules/runs.ts';
import { observeVerified } from './observe-verified.ts';
import { readPast } from './read-past.ts';

const sound: RunEnd = { result: 'ok', facts: { findings: [], sets: [] } };
const found = { rule: 'set-damaged', severity: 'critical', problem: 'set 1F is damaged', evidence: 'x' };
const damaged: RunEnd = {
  result: 'failed',
  failure: { kind: 'repository-damaged', problem: 'x', details: { findings: [found], sets: [] } },
};

it('damage and failures after a clock in the future was put right are seen', () => {
  using bed = createHttpParts();
  let { now } = bed;
  using journal = openJournal(dirname(bed.parts.journal.file), { owner: undefined, now: () => now });
  const configuration = bed.parts.configuration();
  const stanza = configuration.stanzas[0];
  const repository = stanza?.repositories[0]?.name ?? '';
  if (stanza === undefined) throw new Error('no stanza');
  const run = (id: string, kind: 'backup' | 'verify', end: RunEnd): void => {
    const actor = { user: 'postgres', host: 'db1', via: 'daemon' } as const;
    const of = { id, kind, stanza: stanza.name, repository, actor };
    journal.startRun({ ...of, cause: 'x', facts: {}, process: undefined });
    journal.finishRun(id, end);
  };
  now += 200 * 86_400_000;
  run('verify-1', 'verify', sound);
  run('backup-1', 'backup', { result: 'ok' });
  ({ now } = bed);
  run('verify-2', 'verify', damaged);
  run('backup-2', 'backup', { result: 'failed', failure: { kind: 'disk-full', problem: 'disk full' } });
  expect(observeVerified(journal, stanza)).toMatchObject([
    { run: 'verify-2', damage: [found.problem + ' (x)'] },
  ]);
  const findings = assessRuns(readPast(configuration, journal, []).lastRuns, []);
  expect(findings.map(({ rule }) => rule)).toContain('last-run-failed');
});
