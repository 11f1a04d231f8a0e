import { Failure } from '../../model/failure.ts';
import { findOption } from '../../model/option-table.ts';
import { formatPosition } from '../../model/source-position.ts';
import type { Draft, DraftMapping } from '../draft.ts';
import { Carrier } from './carrier.ts';
import type { EnvironmentSecret, SecretFile } from './environment-secret.ts';
import type { EnvironmentFile } from './environment-variable.ts';
import { findHostedConnection, type HostedDatabase } from './hosted-database.ts';
import type { ImportSettings, Integration, IntegrationName } from './integration.ts';
import { readEnvironmentFile } from './read-environment-file.ts';
import { looksLikeMapping, readVariableMapping, vaultMark } from './read-variable-mapping.ts';
import { recognizeIntegration } from './recognize-integration.ts';
import { wrapComment } from './wrap-comment.ts';

/** What came of the variables of an integration. */
export type EnvironmentImport =
  | {
      readonly kind: 'draft';
      readonly integration: Pick<Integration, 'name' | 'title'>;
      readonly draft: Draft;
      readonly secrets: readonly EnvironmentSecret[];
      readonly secretFiles: readonly SecretFile[];
    }
  | { readonly kind: 'hosted'; readonly hosted: HostedDatabase };

/**
 * Makes a holdfast.yaml of the variables of one of the known integrations. Pure.
 *
 * @param text content of an `.env` file or of an unencrypted YAML file of variables
 * @param file name for positions
 * @param wanted the integration, where the variables do not tell
 * @throws Failure usage and nothing-found (which integration it is), config-invalid with every problem at once,
 *   file-unusable when it is encrypted
 */
export function importEnvironment(
  text: string,
  file: string,
  settings: ImportSettings,
  wanted?: IntegrationName,
): EnvironmentImport {
  const variables = readVariables(text, file);
  const hosted = findHostedConnection(variables);
  if (hosted !== undefined && wanted === undefined) {
    const switchedOff = switchOf(variables, undefined);
    return { kind: 'hosted', hosted: { ...hosted, switchedOff } };
  }
  const integration = recognizeIntegration(variables, wanted);
  const switchedOff = switchOf(variables, integration);
  if (switchedOff !== undefined)
    return { kind: 'hosted', hosted: { provider: hosted?.provider, host: hosted?.host, switchedOff } };
  const carrier = new Carrier(variables);
  const mapping = integration.describe(carrier, settings);
  reportRest(carrier, variables);
  if (carrier.problems.length > 0) throw unusable(carrier, integration);
  return {
    kind: 'draft',
    integration: { name: integration.name, title: integration.title },
    draft: draftOf(carrier, integration, mapping),
    secrets: carrier.secrets,
    secretFiles: carrier.secretFiles,
  };
}

function readVariables(text: string, file: string): EnvironmentFile {
  if (text.trimStart().startsWith(vaultMark)) {
    throw new Failure('file-unusable', {
      operation: 'read the variables',
      place: file,
      problem: 'the file is encrypted by ansible-vault',
      hint: `Give the variables as they are: \`ansible-vault view ${file} | holdfast init --from-env -\`. They are not stored on the way.`,
    });
  }
  return looksLikeMapping(text) ? readVariableMapping(text, file) : readEnvironmentFile(text, file);
}

function switchOf(
  file: EnvironmentFile,
  integration: Integration | undefined,
): HostedDatabase['switchedOff'] {
  const valueOf = (name: string): string | undefined => file.variables.get(name)?.value?.trim() || undefined;
  if (integration !== undefined) return integration.switchedOff(valueOf);
  const setup = valueOf('SETUP_BACKUP');
  return setup === 'false' ? { variable: 'SETUP_BACKUP', value: setup } : undefined;
}

/** Duplicates, lines that cannot be read, and the engine's variables that nobody asked for. */
function reportRest(carrier: Carrier, file: EnvironmentFile): void {
  for (const { position, problem } of file.unreadable) {
    carrier.note('no-effect', `line ${position.line}`, {
      severity: 'warning',
      why: `The line ${problem}: nothing reads it.`,
    });
  }
  for (const { name, position } of file.overridden) {
    carrier.note('no-effect', name, {
      severity: 'warning',
      why: `It stands there several times: the one at ${formatPosition(position)} never counted, the last one does.`,
    });
  }
  for (const { name } of carrier.withoutValue()) {
    carrier.note('no-effect', name, {
      severity: 'warning',
      why: 'It stands there without a value: such a line takes the value from the environment of whoever reads the file, which is not looked at here.',
    });
  }
  for (const { name, value } of carrier.unread()) {
    if (!/^(?:vault_)?pgbackrest_/i.test(name) || (value ?? '') === '') continue;
    const option = name
      .replace(/^(?:vault_)?pgbackrest_/i, '')
      .toLowerCase()
      .replaceAll('_', '-');
    carrier.note('not-carried', name, {
      severity: 'warning',
      why:
        findOption(option) === undefined
          ? 'It is no variable of this integration, and no option of pgBackRest either.'
          : `It is no variable of this integration. pgBackRest takes it for its option ${option}: write that below options in holdfast.yaml, and take the variable out of the environment.`,
    });
  }
}

function unusable(carrier: Carrier, { title, name }: Integration): Failure {
  const [first] = carrier.problems;
  const more = carrier.problems.length > 1 ? ` and ${carrier.problems.length - 1} more` : '';
  return new Failure('config-invalid', {
    operation: `make a configuration of the variables of ${title} (${name})`,
    place: first === undefined ? carrier.file : formatPosition(first.position),
    problem: `${first?.path ?? ''} ${first?.problem ?? ''}${more}`,
    hint: carrier.problems.map(({ path, remedy }) => `${path}: ${remedy}`).join('\n'),
    details: { problems: carrier.problems },
  });
}

function draftOf(carrier: Carrier, integration: Integration, file: DraftMapping): Draft {
  const outside = carrier.notes.filter(
    (note) =>
      (note.kind === 'not-carried' || note.kind === 'corrected') &&
      !carrier.comments.some((comment) => comment.text.replaceAll('\n', ' ').includes(note.why)),
  );
  return {
    file,
    header: [
      `Made from the variables of ${integration.title} in ${carrier.file}.`,
      'The secrets are in .env beside this file. docs/init.md says what became of each variable and why.',
      ...outside.flatMap(({ kind, what, why }) => [
        '',
        `${kind === 'corrected' ? 'Corrected' : 'Not carried over'}: ${what}`,
        ...wrapComment(why),
      ]),
    ],
    comments: carrier.comments,
    notes: carrier.notes,
  };
}
