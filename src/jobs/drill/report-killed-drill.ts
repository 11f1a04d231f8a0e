import type { DrillReport } from '../../model/drill.ts';
import type { RunRecord } from '../../store/journal.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';
import { reportInterrupted, writeEvidence } from './write-evidence.ts';

/**
 * Writes the report of a drill whose Holdfast was killed: whoever reads the chain of reports sees that it was begun. Where
 * the drill had come to its result before, that result is reported. The same run again writes nothing.
 */
export async function reportKilledDrill(
  run: RunRecord,
  deps: JobDeps,
  { emit, onSpawn }: Pick<JobRunOptions, 'emit' | 'onSpawn'>,
): Promise<void> {
  const { id, stanza = '', repository = '', actor, cause, startedAt, facts } = run;
  const asked = typeof facts['asked'] === 'string' ? facts['asked'] : '';
  const problem = 'Holdfast was killed before its end';
  const report =
    (facts['report'] as DrillReport | undefined) ??
    reportInterrupted({ id, stanza, repository, asked, host: actor.host, startedAt, problem }, deps);
  const repositories = deps.configuration.stanzas.find(({ name }) => name === stanza)?.repositories ?? [];
  await writeEvidence(report, { deps, stanza: { repositories }, actor, cause, emit, onSpawn });
}
