import { join } from 'node:path';
import {
  hostFiles,
  readCertificateStore,
  type CertificateStore,
} from '../../certificates/certificate-store.ts';
import { findingsExitCode, type Finding } from '../../model/finding.ts';
import { assessCertificates } from '../../status/rules/certificates.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { formatTable } from '../output/format-table.ts';
import { certificateDirectory } from './certificate-directory.ts';
import { describeFindings } from './describe-findings.ts';
import { describeStored } from './describe-stored.ts';

/** `holdfast certificates list`: what was made, the soonest end first. */
export async function listCertificates(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const directory = certificateDirectory(input);
  const store = await readCertificateStore(directory);
  const now = context.now();
  const findings = judgeStore(store, now);
  const rows = [
    ...store.hosts.map(({ host, facts }) => ({ what: host, facts })),
    ...store.authorities.map(({ facts }) => ({ what: `(authority) ${facts.name}`, facts })),
  ]
    .toSorted((left, right) => left.facts.notAfter - right.facts.notAfter)
    .map(({ what, facts }) => [
      what,
      new Date(facts.notAfter).toISOString().slice(0, 10),
      String(Math.floor((facts.notAfter - now) / 86_400_000)),
      facts.fingerprint.slice(0, 23),
    ]);
  const columns = [
    { title: 'host' },
    { title: 'ends' },
    { title: 'days left', align: 'right' as const },
    { title: 'sha-256' },
  ];
  return {
    data: { directory, ...describeStored(store), findings },
    text:
      rows.length === 0
        ? `there are no certificates in ${directory}: \`holdfast certificates create\` makes them\n`
        : `${formatTable(columns, rows)}${findings.length === 0 ? '' : describeFindings(findings)}`,
    exitCode: findingsExitCode(findings),
  };
}

/** By the rules that judge what hosts use. */
function judgeStore(store: CertificateStore, now: number): readonly Finding[] {
  return assessCertificates(
    store.hosts.map(({ host, directory, facts, issuer }) => ({
      use: host,
      certificateFile: join(directory, hostFiles.certificate),
      keyFile: join(directory, hostFiles.key),
      caFile: join(directory, hostFiles.authorities),
      name: facts.name,
      notBefore: facts.notBefore,
      notAfter: facts.notAfter,
      authorityNotAfter: store.authorities.find((one) => one.facts.serial === issuer)?.facts.notAfter,
      openKeyMode: undefined,
      problem: issuer === undefined ? 'none of the authorities here signed the certificate' : undefined,
    })),
    now,
  );
}
