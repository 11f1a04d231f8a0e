import { Failure } from '../../model/failure.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { JobWork } from '../job-work.ts';
import { repositoryOf } from '../repository-of.ts';
import { canVerifySet } from '../../engine/verify.ts';
import { verifyRepository, type VerifyReport } from './verify-repository.ts';

/** Most damaged files that the journal and `--json` name. */
const mostFiles = 100;

/**
 * Verifies one repository. Needs no lease.
 *
 * @throws Failure repository-damaged with the findings in its details, when one is critical
 */
export const runVerifyJob: JobWork = async (context) => {
  const { deps, signal, onSpawn, stanza, request, emit } = context;
  const repository = repositoryOf(stanza, request);
  if (request.set !== undefined && !canVerifySet(deps.engine)) {
    emit({
      kind: 'note',
      text: `pgBackRest ${deps.engine.version.text} cannot verify a single set: everything is read, and only this set is judged`,
    });
  }
  const run = { engine: deps.engine, clock: deps.clock, signal, onSpawn };
  const report = await verifyRepository(stanza.name, repository, request.set, run);
  const facts = documentVerify(report);
  const critical = report.findings.filter((finding) => finding.severity === 'critical');
  if (critical.length > 0) throw damaged(repository.name, critical, facts);
  const warnings = report.findings.filter((finding) => finding.severity === 'warning');
  return { facts, warnings: warnings.map((finding) => finding.problem) };
};

/** What `--json` and the journal show: docs/json.md, verify. */
function documentVerify({ findings, outcome, repeated }: VerifyReport): Record<string, unknown> {
  const { sets, archives, invalidFiles, elapsedMs } = outcome;
  return {
    findings,
    sets: sets.map(({ label, status, filesChecked, filesValid }) => ({
      label,
      status,
      filesChecked,
      filesValid,
    })),
    archives: archives.map(({ id, segmentsChecked, segmentsValid, ranges }) => ({
      id,
      segmentsChecked,
      segmentsValid,
      ranges,
    })),
    damagedFiles: invalidFiles
      .slice(0, mostFiles)
      .map(({ place, file, problem }) => ({ place, file, problem })),
    repeated,
    elapsedMs: Math.round(elapsedMs),
  };
}

function damaged(
  repository: string,
  [first, ...others]: readonly Finding[],
  facts: Readonly<Record<string, unknown>>,
): Failure {
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return new Failure('repository-damaged', {
    operation: `verify repository ${repository}`,
    place: `repository ${repository}`,
    problem: `${first?.problem ?? ''}${more}`,
    hint: first?.remedy,
    details: facts,
  });
}

/** `12 sets and 340 WAL segments, 1.2 s`. */
export function summarizeVerify(facts: Readonly<Record<string, unknown>>): string {
  const document = facts as {
    readonly sets?: readonly unknown[];
    readonly archives?: readonly { readonly segmentsChecked: number }[];
    readonly elapsedMs?: number;
  };
  const segments = (document.archives ?? []).reduce((sum, archive) => sum + archive.segmentsChecked, 0);
  const count = document.sets?.length ?? 0;
  return `${count} ${count === 1 ? 'set' : 'sets'} and ${segments} WAL ${segments === 1 ? 'segment' : 'segments'}, ${formatElapsed(document.elapsedMs ?? 0)}`;
}
