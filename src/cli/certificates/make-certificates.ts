import { certifiedHosts, isCertifiable } from '../../certificates/certified-hosts.ts';
import { readCertificateStore, type CertificateStore } from '../../certificates/certificate-store.ts';
import {
  addAuthority,
  hostDays,
  issueCertificate,
  refreshBundles,
  type IssueContext,
} from '../../certificates/issue-certificates.ts';
import { planCreation, planRotation, type CertificatePlan } from '../../certificates/plan-certificates.ts';
import { Failure } from '../../model/failure.ts';
import { currentUser } from '../../process/os-user.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { certificateDirectory } from './certificate-directory.ts';
import { describeStored } from './describe-stored.ts';

/** `holdfast certificates create` and `rotate`. A rerun goes on where a killed run was. */
export async function makeCertificates(
  action: 'create' | 'rotate',
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const directory = certificateDirectory(input);
  const days = readDays(input.value('days'));
  const store = await readCertificateStore(directory);
  const plan =
    action === 'create'
      ? planCreation(store, await wantedHosts(input, context))
      : planRotation(store, knownHosts(store, input), input.flag('authority'));
  const issuing = issueContext(directory, context);
  if (plan.newAuthority) await addAuthority(issuing);
  for (const host of plan.issue) await issueCertificate(host, days, issuing);
  const after = await readCertificateStore(directory);
  await refreshBundles(after, issuing);
  return {
    data: {
      directory,
      newAuthority: plan.newAuthority,
      made: plan.issue,
      kept: plan.keep,
      ...describeStored(after),
    },
    text: describePlan(plan, directory) + nextSteps(action, input, plan),
  };
}

/** What signing needs of this process. */
export function issueContext(directory: string, context: CommandContext): IssueContext {
  return {
    directory,
    openssl: { path: context.path, signal: context.signal },
    now: context.now(),
    user: { name: currentUser().name, uid: context.uid },
  };
}

async function wantedHosts(input: CommandInput, context: CommandContext): Promise<readonly string[]> {
  const given = input.values('host');
  const hosts = given.length > 0 ? [...new Set(given)] : certifiedHosts(await context.configuration());
  const operation = 'choose the hosts that get certificates';
  const wrong = hosts.find((host) => !isCertifiable(host));
  if (wrong !== undefined) {
    throw new Failure('usage', {
      operation,
      problem: `${JSON.stringify(wrong)} cannot stand in a certificate`,
      hint: 'Take the name under which other hosts reach it, of at most 64 characters, or its address.',
    });
  }
  if (hosts.length > 0) return hosts;
  throw new Failure('usage', {
    operation,
    problem: 'no host of holdfast.yaml is reached over TLS',
    hint: 'Give nodes and repositories their `host` and `tls`, or name hosts with --host.',
  });
}

function knownHosts({ hosts, directory }: CertificateStore, input: CommandInput): readonly string[] {
  const known = hosts.map(({ host }) => host);
  const unknown = input.values('host').find((host) => !known.includes(host));
  const problem =
    known.length === 0
      ? 'no certificates were made there'
      : unknown === undefined
        ? undefined
        : `there is no certificate for ${unknown}`;
  if (problem === undefined) return input.values('host');
  throw new Failure('nothing-found', {
    operation: 'rotate certificates',
    place: directory,
    problem,
    hint: `Make it with \`holdfast certificates create\`${known.length === 0 ? '' : `; there are: ${known.join(', ')}`}.`,
  });
}

/** @throws Failure usage */
function readDays(text: string | undefined): number {
  if (text === undefined) return hostDays;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 3650) return Number(text);
  throw new Failure('usage', {
    operation: 'read --days',
    problem: `${JSON.stringify(text)} is not a number of days from 1 to 3650`,
    hint: 'Write it as --days 365.',
  });
}

function describePlan(plan: CertificatePlan, directory: string): string {
  return [
    ...(plan.newAuthority ? [`made an authority in ${directory}/authorities\n`] : []),
    ...plan.issue.map((host) => `made a certificate for ${host}: ${directory}/hosts/${host}\n`),
    ...plan.keep.map((host) => `${host} keeps its certificate\n`),
  ].join('');
}

function nextSteps(action: 'create' | 'rotate', input: CommandInput, plan: CertificatePlan): string {
  if (action === 'rotate' && input.flag('authority')) {
    return [
      '\nEvery ca.crt now holds the new authority and the old one. Next:\n',
      '  1. install the folder of each host on that host, and reload pgbackrest-server there;\n',
      '  2. then `holdfast certificates rotate`, and install and reload again;\n',
      '  3. then `holdfast certificates retire`, and install and reload once more.\n',
    ].join('');
  }
  if (plan.issue.length === 0) return '';
  return [
    '\nBring each folder to its host (scp -r follows the link), and there:\n',
    '  sudo holdfast certificates install FOLDER --host NAME && sudo systemctl reload pgbackrest-server\n',
  ].join('');
}
