import { resolve } from 'node:path';
import { certificatePlaces } from '../../certificates/certified-hosts.ts';
import { planInstall } from '../../certificates/install-certificates.ts';
import { replaceFile } from '../../engine/conf/apply-file-writes.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';

/** `holdfast certificates install FOLDER`: a rerun finishes what a killed run began. */
export async function installCertificates(
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const folder = input.argument('folder');
  const [host, second] = input.values('host');
  const configuration = await context.configuration();
  const places = certificatePlaces(configuration);
  const problem =
    folder === undefined
      ? 'the folder was not given'
      : second !== undefined
        ? 'a host has one name'
        : places.length === 0
          ? 'holdfast.yaml names no certificates on this host'
          : undefined;
  if (folder === undefined || problem !== undefined) {
    throw new Failure('usage', {
      operation: 'install a certificate',
      problem: problem ?? 'the folder was not given',
      hint: 'holdfast certificates install FOLDER --host NAME, with `tls` or `tlsServer` in holdfast.yaml.',
    });
  }
  const owner = configuration.engine.user;
  const { facts, files } = await planInstall(resolve(folder), places, { host, owner, now: context.now() });
  for (const file of files) await replaceFile(file, context.uid);
  const written = files.map(({ path }) => path);
  return {
    data: { name: facts.name, notAfter: new Date(facts.notAfter).toISOString(), written, owner },
    text: [
      ...files.map(
        ({ path, mode }) => `wrote ${path} (mode ${mode.toString(8).padStart(4, '0')}, owner ${owner})\n`,
      ),
      `the certificate of ${facts.name} ends at ${new Date(facts.notAfter).toISOString()}\n`,
      'A running server takes it with: systemctl reload pgbackrest-server\n',
    ].join(''),
  };
}
