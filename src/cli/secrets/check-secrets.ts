import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { resolveSecret } from '../../config/secrets.ts';
import type { ResolvedSecrets } from '../../engine/conf/secret-values.ts';
import type { Engine } from '../../engine/engine.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { findingsExitCode, type Finding } from '../../model/finding.ts';
import { describeSecret, type SecretReference } from '../../model/secret.ts';
import { judgeSecrets } from '../../secrets/judge-secrets.ts';
import { observeSecrets } from '../../secrets/observe-secrets.ts';
import { provePassphrase } from '../../secrets/prove-passphrase.ts';
import type { ObservedSecret } from '../../secrets/secret-observations.ts';
import { secretUses } from '../../secrets/secret-uses.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { environmentFileName, readEnvironmentBeside } from '../environment-beside.ts';
import { formatTable } from '../output/format-table.ts';
import { secretAccess } from '../secret-access.ts';

/** `holdfast secrets check`. */
export async function checkSecrets(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const configuration = await context.configuration();
  const sources = secretAccess(context);
  const resolve = (reference: SecretReference): Promise<string> => resolveSecret(reference, sources);
  const engine = await openEngineOrReason(context);
  const secrets = await knownSecrets(configuration, resolve);
  const { signal, onSpawn } = context;
  const observations = await observeSecrets(configuration, {
    resolve,
    environmentFile: await usedEnvironmentFile(configuration, context),
    prove: async (use) =>
      typeof engine === 'string'
        ? { result: 'unproven', evidence: engine }
        : provePassphrase(configuration, use, { engine, secrets, signal, onSpawn }),
  });
  const wanted = input.value('repository');
  if (wanted !== undefined) requireRepository(configuration, wanted);
  const shown = observations.secrets.filter(
    ({ use }) => wanted === undefined || use.repository?.name === wanted,
  );
  const findings = judgeSecrets({ ...observations, secrets: shown });
  return {
    data: {
      file: configuration.file,
      secrets: shown.map(describeObserved),
      environmentFile: observations.environmentFile,
      findings,
    },
    text: describeText(shown, findings),
    exitCode: findingsExitCode(findings),
  };
}

/** @throws Failure nothing-found when no stanza has a repository of that name */
function requireRepository(configuration: Configuration, name: string): void {
  const names = configuration.stanzas.flatMap(({ repositories }) => repositories.map((one) => one.name));
  if (names.includes(name)) return;
  throw new Failure('nothing-found', {
    operation: 'choose the repository',
    place: configuration.file,
    problem: `there is no repository ${name}`,
    hint: `The file has: ${[...new Set(names)].join(', ')}.`,
  });
}

/** The engine, or a sentence that says why nothing can be proven with it. */
async function openEngineOrReason(context: CommandContext): Promise<Engine | string> {
  try {
    const user = await context.engineUser();
    if (context.uid !== 0 && context.uid !== user.uid)
      return `Only root and ${user.name} may run pgbackrest on the repository.`;
    return await context.engine();
  } catch (error) {
    if (isFailure(error, 'engine-missing', 'not-permitted'))
      return `pgbackrest could not be run: ${error.problem}.`;
    throw error;
  }
}

/** What is missing for one repository must not keep another one from being tried. */
async function knownSecrets(
  configuration: Configuration,
  resolve: (reference: SecretReference) => Promise<string>,
): Promise<ResolvedSecrets> {
  const values = new Map<string, string>();
  for (const { reference, kind } of secretUses(configuration)) {
    const key = JSON.stringify(reference);
    if (values.has(key) || kind === 'key-file') continue;
    try {
      values.set(key, await resolve(reference));
    } catch (error) {
      if (!isFailure(error, 'secret-unavailable')) throw error;
    }
  }
  return (reference) => values.get(JSON.stringify(reference)) ?? 'unavailable';
}

/** The `.env` beside the file, when a secret of the file comes from it. */
async function usedEnvironmentFile(
  configuration: Configuration,
  context: CommandContext,
): Promise<string | undefined> {
  const path = join(dirname(configuration.file), environmentFileName);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const names = readEnvironmentBeside(configuration.file);
  const isUsed = secretUses(configuration).some(
    ({ reference }) =>
      reference.kind === 'environment' &&
      names.has(reference.name) &&
      context.env[reference.name] === undefined,
  );
  return isUsed ? path : undefined;
}

function describeObserved(secret: ObservedSecret): Record<string, unknown> {
  const { use, problem, strength, fingerprint, file, proof } = secret;
  return {
    key: use.key,
    kind: use.kind,
    repository: use.repository?.name,
    stanza: use.repository?.stanza,
    reference: describeSecret(use.reference),
    found: problem === undefined,
    problem,
    strength: strength?.grade,
    fingerprint,
    file,
    proof,
  };
}

function describeText(secrets: readonly ObservedSecret[], findings: readonly Finding[]): string {
  if (secrets.length === 0) return 'the configuration needs no secrets\n';
  const rows = secrets.map(({ use, problem, fingerprint, strength, proof }) => [
    use.key,
    describeSecret(use.reference),
    problem === undefined ? 'found' : 'missing',
    fingerprint ?? (strength === undefined ? '' : 'not shown'),
    proof === undefined ? '' : proof.result === 'proven' ? 'opens the repository' : proof.result,
  ]);
  const table = formatTable(
    [{ title: 'KEY' }, { title: 'FROM' }, { title: 'STATE' }, { title: 'FINGERPRINT' }, { title: 'PROOF' }],
    rows,
  );
  const told = findings.map(
    ({ severity, subject, problem, evidence, remedy }) =>
      `\n${severity}: ${subject}: ${problem}\n  ${evidence}\n  ${remedy}\n`,
  );
  const summary = findings.length === 0 ? '\nnothing is wrong\n' : '';
  return `${table}${told.join('')}${summary}`;
}
