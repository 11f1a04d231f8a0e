import type { JobWork } from '../job-work.ts';
import { repositoryOf } from '../repository-of.ts';
import { applyExpire } from './apply-expire.ts';
import { documentExpire } from './describe-expire.ts';
import type { SetsInUse } from './protected-sets.ts';
import { setsInUse } from './sets-in-use.ts';
import { previewExpire, removesAnything } from './plan-expire.ts';

/**
 * Expires in one repository, inside the lease: looks again at what the retention no longer keeps, and removes it
 * except for what must stay.
 */
export const runExpireJob: JobWork = async (context) => {
  const { deps, signal, onSpawn, stanza, emit } = context;
  const repository = repositoryOf(stanza, context.request);
  const inUse = (name: string): SetsInUse => setsInUse(deps.journal, stanza.name, name);
  const run = { engine: deps.engine, now: () => deps.clock.now(), inUse, signal, onSpawn };
  const preview = await previewExpire(stanza.name, repository, run);
  deps.journal.updateRun(context.runId, { facts: { planned: { ...documentExpire(preview) } } });
  if (!removesAnything(preview)) {
    const { warnings, ...facts } = documentExpire(preview);
    return { facts: { ...facts }, warnings };
  }
  for (const label of preview.sets) emit({ kind: 'note', text: `removing set ${label}` });
  const { warnings, ...facts } = documentExpire(
    preview,
    await applyExpire(stanza.name, preview, { ...run, logged: context.logged }),
  );
  return { facts: { ...facts }, warnings };
};
