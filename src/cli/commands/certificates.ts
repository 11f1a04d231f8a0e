import { observeCertificates } from '../../certificates/observe-certificates.ts';
import { findingsExitCode } from '../../model/finding.ts';
import { Failure } from '../../model/failure.ts';
import { assess } from '../../status/assess.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import { describeFindings } from '../certificates/describe-findings.ts';
import { installCertificates } from '../certificates/install-certificates.ts';
import { listCertificates } from '../certificates/list-certificates.ts';
import { makeCertificates } from '../certificates/make-certificates.ts';
import { retireOldAuthorities } from '../certificates/retire-old-authorities.ts';
import type { CommandContext } from '../context.ts';

/** Options that do something only with some actions. */
const meaningful = {
  host: ['create', 'rotate', 'install'],
  days: ['create', 'rotate'],
  directory: ['create', 'rotate', 'retire', 'list'],
  authority: ['rotate'],
  folder: ['install'],
} as const;

/** `holdfast certificates create|rotate|retire|list|install|check`. */
export const run: CommandModule['run'] = async (input, context) => {
  const action = input.argument('action') ?? '';
  refuseMeaningless(action, input);
  switch (action) {
    case 'install':
      return installCertificates(input, context);
    case 'check':
      return checkCertificates(context);
    case 'list':
      return listCertificates(input, context);
    case 'retire':
      return retireOldAuthorities(input, context);
    default:
      return makeCertificates(action === 'rotate' ? 'rotate' : 'create', input, context);
  }
};

/** @throws Failure usage */
function refuseMeaningless(action: string, input: CommandInput): void {
  const given = {
    host: input.values('host').length > 0,
    days: input.value('days') !== undefined,
    directory: input.value('directory') !== undefined,
    authority: input.flag('authority'),
    folder: input.argument('folder') !== undefined,
  };
  for (const [name, actions] of Object.entries(meaningful)) {
    if (!given[name as keyof typeof given] || (actions as readonly string[]).includes(action)) continue;
    throw new Failure('usage', {
      operation: 'read the command line',
      problem: `${name === 'folder' ? 'a folder' : `--${name}`} does something only with ${actions.join(', ')}`,
      hint: 'Leave it out.',
    });
  }
}

/** The certificates that this host uses, judged as everywhere. */
async function checkCertificates(context: CommandContext): Promise<CommandResult> {
  const configuration = await context.configuration();
  const certificates = observeCertificates(configuration);
  const findings = assess(configuration, { certificates }, context.now());
  const nothing = 'holdfast.yaml names no certificates on this host: nothing here speaks TLS\n';
  return {
    data: {
      certificates: certificates.map(({ openKeyMode, ...seen }) => ({
        ...seen,
        keyOpen: openKeyMode !== undefined,
        notBefore: isoOrNull(seen.notBefore),
        notAfter: isoOrNull(seen.notAfter),
        authorityNotAfter: isoOrNull(seen.authorityNotAfter),
      })),
      findings,
    },
    text:
      certificates.length === 0
        ? nothing
        : [
            ...certificates.map(
              ({ certificateFile, name, notAfter }) =>
                `${certificateFile}: ${name ?? 'unknown'}, ends ${isoOrNull(notAfter) ?? 'unknown'}\n`,
            ),
            describeFindings(findings),
          ].join(''),
    exitCode: findingsExitCode(findings),
  };
}

function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
