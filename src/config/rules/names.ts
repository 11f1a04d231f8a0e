import type { Path } from '../source-tree.ts';
import { nodesOf, repositoriesOf, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/**
 * Names that can stand in pgbackrest.conf, in paths and on a command line. A stanza is a section `[name]` or
 * `[name:command]` and a directory in every repository; `global` is taken (pgBackRest configuration guide).
 */
export function* checkNames({ file }: RuleContext): Iterable<RuleFinding> {
  if (Object.keys(file.stanzas).length === 0) {
    const remedy = 'Add a stanza with a data directory and one repository.';
    yield {
      rule: 'nothing-to-protect',
      path: ['stanzas'],
      atKey: true,
      problem: 'there is no stanza',
      remedy,
    };
  }
  for (const { name, stanza, path } of stanzasOf(file)) {
    if (!isName(name) || name === 'global') yield badName(path, name, 'stanza');
    const repositories = [...repositoriesOf(stanza, path)];
    if (repositories.length === 0) {
      const remedy = 'Add one, such as `local: { type: posix, path: /var/lib/pgbackrest }`.';
      yield {
        rule: 'no-repository',
        path: [...path, 'repositories'],
        atKey: true,
        problem: 'there is no repository',
        remedy,
      };
    }
    for (const repository of repositories) {
      if (!isName(repository.name)) yield badName(repository.path, repository.name, 'repository');
    }
    if (nodesOf(stanza, path).length === 0) {
      const remedy = 'Add one, such as `- path: /var/lib/postgresql/15/main`.';
      yield {
        rule: 'no-node',
        path: [...path, 'postgres'],
        atKey: true,
        problem: 'there is no server',
        remedy,
      };
    }
  }
  for (const name of Object.keys(file.notify)) {
    if (!isName(name)) yield badName(['notify', name], name, 'channel');
  }
}

function isName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

function badName(path: Path, name: string, noun: string): RuleFinding {
  return {
    rule: 'bad-name',
    path,
    atKey: true,
    problem:
      name === 'global'
        ? '`global` is taken by pgBackRest'
        : `\`${name.slice(0, 80)}\` cannot be the name of a ${noun}`,
    expected: 'at most 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit',
    remedy: `Give the ${noun} another name.`,
  };
}
