import { readCertificateStore } from '../../certificates/certificate-store.ts';
import { refreshBundles, retireAuthorities } from '../../certificates/issue-certificates.ts';
import { hostsOfOldAuthorities } from '../../certificates/plan-certificates.ts';
import { Failure } from '../../model/failure.ts';
import { askConsent } from '../ask-consent.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { certificateDirectory } from './certificate-directory.ts';
import { describeStored } from './describe-stored.ts';
import { issueContext } from './make-certificates.ts';

/** `holdfast certificates retire`. @throws Failure preflight-refused while a host has a certificate of an old authority */
export async function retireOldAuthorities(
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const operation = 'retire old certificate authorities';
  const directory = certificateDirectory(input);
  const store = await readCertificateStore(directory);
  const late = hostsOfOldAuthorities(store);
  if (store.authorities.length > 1 && late.length > 0) {
    throw new Failure('preflight-refused', {
      operation,
      place: directory,
      problem: `an old authority signed the certificates of ${late.join(', ')}`,
      hint: 'Run `holdfast certificates rotate`, install and reload on every host, then retire.',
    });
  }
  const issuing = issueContext(directory, context);
  const old = store.authorities.slice(0, -1).map(({ facts }) => facts.serial);
  if (old.length > 0) {
    const question = 'Has every host got the certificate that the new authority signed?';
    await askConsent(context, { operation, question, details: { authorities: old } });
    await retireAuthorities(store, issuing);
  }
  const after = await readCertificateStore(directory);
  await refreshBundles(after, issuing);
  return {
    data: { directory, retired: old, ...describeStored(after) },
    text:
      old.length === 0
        ? 'there is only one authority: nothing to retire\n'
        : `moved ${old.length} to ${directory}/retired; install ca.crt on every host once more, and reload pgbackrest-server\n`,
  };
}
