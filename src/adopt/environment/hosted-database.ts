import type { EnvironmentFile } from './environment-variable.ts';
import { findHostedProvider, hostOfConnection, type HostedProvider } from './hosted-providers.ts';
import type { BackupsSwitchedOff } from './integration.ts';

/** Why there is nothing for Holdfast to back up. */
export interface HostedDatabase {
  /** Undefined when a variable switches backups off and no host name says whose database it is. */
  readonly provider: HostedProvider | undefined;
  /** The host that told the provider, and the variable it stood in. */
  readonly host: { readonly name: string; readonly variable: string } | undefined;
  readonly switchedOff: BackupsSwitchedOff | undefined;
}

/** Variables that hold a connection, in the order in which they are believed. */
const connectionVariables = [
  'DATABASE_URL',
  'DIRECT_URL',
  'POSTGRES_URL',
  'POSTGRES_PRISMA_URL',
  'POSTGRES_HOST',
  'DB_HOST',
  'PGHOST',
] as const;

/** The provider that runs the database of these variables, by its host name; undefined when no host is a provider's. */
export function findHostedConnection(
  file: EnvironmentFile,
): { provider: HostedProvider; host: { name: string; variable: string } } | undefined {
  for (const variable of connectionVariables) {
    const text = file.variables.get(variable)?.value?.trim();
    const name = text === undefined ? undefined : hostOfConnection(text);
    const provider = name === undefined ? undefined : findHostedProvider(name);
    if (provider !== undefined && name !== undefined) return { provider, host: { name, variable } };
  }
  return undefined;
}

/** What Holdfast can do for a database that somebody else runs. */
const possibleForHosted: readonly string[] = [
  'Nothing of a backup: pgBackRest copies the files of the data directory and takes WAL from archive_command, and neither is yours there.',
  'A logical copy is yours to make with pg_dump, as a second copy outside of the provider. It brings back the moment of the dump and nothing between two dumps.',
  'Once the database runs on a machine of your own, `holdfast init` there protects it.',
];

/** What there is to do when backups are switched off and no host name says that somebody else runs the database. */
const possibleWhereUnknown: readonly string[] = [
  'Where a provider runs it: nothing of a backup. pgBackRest copies the files of the data directory and takes WAL from archive_command, and neither is yours there. A logical copy with pg_dump is yours to make.',
  'Where it runs on a machine of yours: switch the variable on and run this again, or run `holdfast init` there without --from-env.',
];

/** What Holdfast can do and cannot, in full sentences. */
export function possibleFor({ provider }: HostedDatabase): readonly string[] {
  return provider === undefined ? possibleWhereUnknown : possibleForHosted;
}

/** The whole answer for people, without a newline at the end. */
export function describeHosted(hosted: HostedDatabase): string {
  const { provider, host, switchedOff } = hosted;
  const possible = possibleFor(hosted);
  const who = provider === undefined ? 'the provider of the database' : provider.name;
  const reasons = [
    ...(switchedOff === undefined ? [] : [`${switchedOff.variable} is ${switchedOff.value}`]),
    ...(host === undefined ? [] : [`${host.variable} names the host ${host.name}`]),
  ];
  return [
    `${reasons.join(', and ')}.`,
    provider === undefined
      ? 'Nothing says who runs the database. Where it is a provider, the provider makes the backups; where it is yours, nothing backs it up.'
      : `${who} makes the backups. ${provider.recovery}`,
    ...(provider === undefined ? [] : [`How to bring it back: ${provider.documentation}`]),
    'What Holdfast can do here:',
    ...possible.map((line) => `  - ${line}`),
    'No configuration was written: it would look like protection and be none.',
  ].join('\n');
}
