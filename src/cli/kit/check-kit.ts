import { resolve } from 'node:path';
import { escrowKeys, proveKit, type EscrowedFile, type KitProof } from '../../kit/prove-kit.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { formatTable } from '../output/format-table.ts';
import { readSecretFile } from './kit-passphrase.ts';
import { readKit } from './read-kit.ts';

/** `holdfast kit check KIT`. */
export async function checkKit(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const escrow = await readEscrow(input.values('escrow'));
  const { file, kit } = await readKit(input, context);
  const { signal, onSpawn, path, uid } = context;
  const proofs = await proveKit(kit, { escrow, path, currentUid: uid, signal, onSpawn });
  refuseUnused(escrow, proofs, escrowKeys(kit));
  const exitCode = Math.max(0, ...proofs.map(severityOf)) as 0 | 1 | 2;
  return {
    data: { kit: file, manifest: kit.manifest, proofs },
    text: describe(file, kit.manifest.createdAt, proofs),
    exitCode,
  };
}

function severityOf({ proof, fingerprintFits }: KitProof): 0 | 1 | 2 {
  if (proof.result === 'refuted' || fingerprintFits === false) return 2;
  return proof.result === 'proven' ? 0 : 1;
}

/** `NAME=FILE`, as often as given. @throws Failure usage, file-unusable */
async function readEscrow(given: readonly string[]): Promise<ReadonlyMap<string, EscrowedFile>> {
  const values = new Map<string, EscrowedFile>();
  for (const text of given) {
    const [, name = '', file = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === '') throw wrongEscrow(`${JSON.stringify(text)} is not NAME=FILE`);
    values.set(name, await readSecretFile(resolve(file)));
  }
  return values;
}

/** A name that fits nothing would be taken for one that was tried. */
function refuseUnused(
  escrow: ReadonlyMap<string, unknown>,
  proofs: readonly KitProof[],
  keys: readonly string[],
): void {
  const known = new Set([
    ...keys,
    ...proofs.flatMap(({ stanza, repository }) => [repository, `${stanza}/${repository}`]),
  ]);
  const unused = [...escrow.keys()].find((name) => !known.has(name));
  if (unused !== undefined)
    throw wrongEscrow(`no encrypted repository, no secret and no file is called ${unused}`);
}

function wrongEscrow(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read --escrow',
    problem,
    hint: 'Write it as --escrow offsite=/mnt/safe/offsite.passphrase.',
  });
}

function describe(file: string, createdAt: string, proofs: readonly KitProof[]): string {
  const head = `${file} is whole, made ${createdAt}\n`;
  if (proofs.length === 0) return `${head}no repository is encrypted, so there is nothing to open\n`;
  const rows = proofs.map(({ stanza, repository, from, fingerprintFits, proof }) => [
    `${stanza}/${repository}`,
    from,
    fingerprintFits === undefined ? 'not known' : fingerprintFits ? 'fits' : 'ANOTHER ONE',
    proof.result,
    proof.evidence,
  ]);
  return `${head}\n${formatTable(
    [
      { title: 'REPOSITORY' },
      { title: 'PASSPHRASE FROM' },
      { title: 'FINGERPRINT' },
      { title: 'RESULT' },
      { title: 'EVIDENCE' },
    ],
    rows,
  )}`;
}
