import type { EngineVersion } from '../../model/engine-version.ts';
import type { FileInput } from '../schema/file.ts';
import type { PostgresNodeInput } from '../schema/postgres-node.ts';
import type { RepositoryInput } from '../schema/repository.ts';
import type { StanzaInput } from '../schema/stanza.ts';
import type { Path } from '../source-tree.ts';

/** What a rule that looks at several values sees: the file with every single value already right. */
export interface RuleContext {
  readonly file: FileInput;
  /** The installed pgBackRest, when it is known. */
  readonly version: EngineVersion | undefined;
}

/** One thing a rule found. The position and the shown value are looked up from the path. */
export interface RuleFinding {
  readonly rule: string;
  /** An error unless given. */
  readonly severity?: 'warning';
  /** The key it is about; a key that is missing has the position of what should hold it. */
  readonly path: Path;
  /** Point at the key instead of its value. */
  readonly atKey?: boolean;
  /** Lower case, no full stop. */
  readonly problem: string;
  readonly expected?: string;
  readonly remedy: string;
  /** The value must not be shown. */
  readonly secret?: boolean;
}

/** One family of rules: pure, and blind to everything that is already wrong in itself. */
export type Rule = (context: RuleContext) => Iterable<RuleFinding>;

/** Every stanza with its path. */
export function* stanzasOf(file: FileInput): Iterable<{ name: string; stanza: StanzaInput; path: Path }> {
  for (const [name, stanza] of Object.entries(file.stanzas)) yield { name, stanza, path: ['stanzas', name] };
}

/** Every repository of a stanza with its path. */
export function* repositoriesOf(
  stanza: StanzaInput,
  stanzaPath: Path,
): Iterable<{ name: string; repository: RepositoryInput; path: Path }> {
  for (const [name, repository] of Object.entries(stanza.repositories)) {
    yield { name, repository, path: [...stanzaPath, 'repositories', name] };
  }
}

/** Every repository of every stanza. */
export function* allRepositories(
  file: FileInput,
): Iterable<{ stanza: string; name: string; repository: RepositoryInput; path: Path }> {
  for (const { name: stanzaName, stanza, path } of stanzasOf(file)) {
    for (const found of repositoriesOf(stanza, path)) yield { stanza: stanzaName, ...found };
  }
}

/** Every node of a stanza with its path, whether written as a list or as the only one. */
export function nodesOf(
  stanza: StanzaInput,
  stanzaPath: Path,
): readonly { readonly node: PostgresNodeInput; readonly path: Path }[] {
  const path = [...stanzaPath, 'postgres'];
  if (!Array.isArray(stanza.postgres)) return [{ node: stanza.postgres, path }];
  return stanza.postgres.map((node, index) => ({ node, path: [...path, index] }));
}
