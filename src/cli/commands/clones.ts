import { connectionString, type CopyRecord } from '../../model/copy.ts';
import { findPostmaster } from '../../postgres/postmaster-processes.ts';
import type { CommandModule } from '../command-definition.ts';
import { copyDependencies, sweepAndTell } from '../copy-deps.ts';
import { formatTable } from '../output/format-table.ts';
import { formatUtc } from '../output/format-time.ts';
import { documentCopy } from './clone.ts';

/** `holdfast clones`. */
export const run: CommandModule['run'] = async (input, context) => {
  const deps = await copyDependencies(context, () => {});
  await sweepAndTell(context, deps);
  const copies = deps.journal.copies.list({ stanza: context.globals.stanza, dropped: input.flag('all') });
  const seen = await Promise.all(
    copies.map(async (copy) => ({ copy, running: await isRunning(copy, deps.host) })),
  );
  return {
    data: { copies: seen.map(({ copy, running }) => ({ ...documentCopy(copy), running: running ?? null })) },
    text: seen.length === 0 ? 'there are no copies\n' : table(seen),
  };
};

/** Undefined: it is on another host. */
async function isRunning(copy: CopyRecord, host: string): Promise<boolean | undefined> {
  if (copy.host !== host) return undefined;
  if (copy.state === 'dropped') return false;
  return (await findPostmaster(copy.dataDirectory)) !== undefined;
}

function table(
  seen: readonly { readonly copy: CopyRecord; readonly running: boolean | undefined }[],
): string {
  return formatTable(
    [
      { title: 'copy' },
      { title: 'stanza' },
      { title: 'of' },
      { title: 'state' },
      { title: 'stays until' },
      { title: 'connect' },
    ],
    seen.map(({ copy, running }) => [
      copy.name ?? copy.id,
      copy.stanza,
      copy.target,
      copy.state === 'ready' && running === false ? 'stopped' : copy.state,
      copy.purpose !== 'clone'
        ? `the ${copy.purpose} ends`
        : copy.expiresAt === undefined
          ? 'dropped'
          : formatUtc(copy.expiresAt),
      copy.state === 'ready' ? connectionString(copy) : '-',
    ]),
  );
}
