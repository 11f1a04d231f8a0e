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
  refuseHiddenRest(variables);
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
  reportPrefix(carrier, variables);
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

/** A quote that is never closed swallows every variable after it: what is left looks whole and is not. */
function refuseHiddenRest({ unreadable, form }: EnvironmentFile): void {
  const first = unreadable.find(({ hidesRest }) => hidesRest === true);
  if (first === undefined) return;
  throw new Failure('config-invalid', {
    operation: 'read the variables',
    place: formatPosition(first.position),
    problem: `the line ${first.problem}, so what follows cannot be told from it`,
    hint:
      form === 'yaml'
        ? 'Correct the line; a value with a colon or a # in it needs quotes.'
        : 'Close the quote at the end of the value. A value that has such a quote in it needs the other kind around it.',
  });
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

/**
 * The engine takes variables with its prefix before its file (pgBackRest `src/config/parse.c`): left in its
 * environment, they undo what is right in the file.
 */
function reportPrefix(carrier: Carrier, file: EnvironmentFile): void {
  const names = [...file.variables.keys()].filter((name) => name.startsWith('PGBACKREST_'));
  if (names.length === 0) return;
  const heeded = names.find((name) => findOption(optionNameOf(name)) !== undefined);
  const override =
    heeded === undefined
      ? ''
      : `${heeded} silently overrides what stands in its file, an empty one fails with error 32. `;
  carrier.correct('names with the prefix PGBACKREST_', {
    why: `pgBackRest takes every variable with this prefix for an option of its own. ${override}One that it does not know warns on each command. No secret in .env has such a name any more; take these out of the environment of the server and its scheduler.`,
  });
}

/** The option that a variable with the engine's prefix stands for: PGBACKREST_REPO1_PATH is repo1-path. */
function optionNameOf(variable: string): string {
  return variable
    .replace(/^(?:vault_)?pgbackrest_/i, '')
    .toLowerCase()
    .replaceAll('_', '-');
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
    const option = optionNameOf(name);
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
      `${carrier.secrets.length === 0 ? '' : 'The secrets are in .env beside this file. '}docs/init.md says what became of each variable and why.`,
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
