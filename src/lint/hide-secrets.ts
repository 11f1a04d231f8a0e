import { findOption } from '../model/option-table.ts';
import type { LintProject } from './lint-rule.ts';

/** Takes the secrets that were seen in files out of a text. */
export type HideSecrets = (text: string) => string;

/** Names of variables and settings that hold something secret, as people call them. */
const secretName =
  /pass(?:word|phrase|wd)?$|[_-]pass[_-]|secret|token|(?:access|account|private|api|storage)[_-]?key$/i;

/** What is shorter is found everywhere in a text, and is no secret worth hiding. */
const shortest = 6;

/** Passwords that are words of every such file, and public: hiding them would take the names out of all messages. */
const publicWords = new Set([
  'postgres',
  'postgresql',
  'password',
  'passphrase',
  'pgbackrest',
  'changeme',
  'secret',
  'database',
  'backup',
  'minioadmin',
]);

/**
 * Collects every value that must not be shown: what stands in a secret option of the engine, in a variable whose name
 * says that it is secret, and in the parts of a connection string. What is hidden there is hidden in every text.
 */
export function collectSecrets(project: LintProject): HideSecrets {
  const values = new Set<string>();
  const add = (value: string): void => {
    if (value.length >= shortest && !publicWords.has(value.toLowerCase())) values.add(value);
  };
  for (const { settings } of project.engineFiles) {
    for (const { name, value } of settings) {
      if (!value.unknown && isSecretOption(name.value)) add(value.value);
    }
  }
  for (const { name, value } of project.variables) {
    if (!value.unknown && isSecretVariable(name.value)) add(value.value);
  }
  for (const { commands } of project.commandLists) {
    for (const { name, value } of commands.flatMap((command) => command.assignments)) {
      if (!value.unknown && isSecretVariable(name.value)) add(value.value);
    }
  }
  for (const { value } of project.serverSettings) {
    for (const match of value.value.matchAll(/password\s*=\s*'?([^\s'"]+)/gi)) add(match[1] ?? '');
  }
  const longestFirst = [...values].toSorted((left, right) => right.length - left.length);
  // As a whole word: `ACCESS_KEY` that somebody wrote as a value is no part of the name PGBACKREST_S3_ACCESS_KEY.
  const words = longestFirst.map((secret) => {
    const escaped = secret.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    return new RegExp(String.raw`(?<!\w)${escaped}(?!\w)`, 'g');
  });
  return (text) => words.reduce((rest, word) => rest.replaceAll(word, '(hidden)'), text);
}

function isSecretOption(name: string): boolean {
  const option = findOption(name);
  return option === undefined ? secretName.test(name) : option.option.secure === true;
}

/** True for a name that says that its value is secret: of a variable, of a key in a file of settings. */
export function isSecretVariable(name: string): boolean {
  if (!name.startsWith('PGBACKREST_')) return secretName.test(name);
  return (
    isSecretOption(name.slice('PGBACKREST_'.length).toLowerCase().replaceAll('_', '-')) ||
    secretName.test(name)
  );
}
