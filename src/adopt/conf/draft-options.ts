import { owningKey } from '../../config/options/owned-options.ts';
import type { Path } from '../../config/source-tree.ts';
import { commandsOf } from '../../model/option-table.ts';
import { carry, isActive, type DraftContext, type FileContext } from './draft-context.ts';
import type { GivenSetting } from './given-setting.ts';
import { plainValue } from './plain-value.ts';

/** Options that are keys of `engine` and `tlsServer`, at the top of the file. */
const topOfFile = /^(?:lock-path|log-path|spool-path|tls-server-.+)$/;

/** Options without a key of ours that stand in [global] and [global:command]: they stay for all stanzas. */
export function draftGlobalOptions(context: FileContext, settings: readonly GivenSetting[]): void {
  for (const setting of settings) {
    const { option, stanza } = setting;
    const owned = owningKey(option.name) !== undefined;
    if (stanza !== undefined || option.section === 'stanza' || context.carried.has(setting)) continue;
    if (owned && (!topOfFile.test(option.name) || option.secure === true)) continue;
    if (isTaken(setting)) put(context, ['options'], setting, setting.command);
  }
}

/**
 * What is left of a stanza's settings: options without a key of ours, and those that a key could not say (a retention
 * type without its number, an option of a repository for one command only), which win over the key where they stand.
 * Secrets are never among them.
 */
export function draftStanzaOptions(
  context: DraftContext,
  stanzaPath: Path,
  settings: readonly GivenSetting[],
): void {
  const { view, carried } = context;
  for (const setting of settings) {
    const { option, stanza, fromEnvironment } = setting;
    const isOwn = stanza === view.stanza || (fromEnvironment && option.section === 'stanza');
    const owned = owningKey(option.name) !== undefined && !topOfFile.test(option.name);
    if (isOwn && !owned && !carried.has(setting) && isTaken(setting))
      put(context, stanzaPath, setting, setting.command, true);
  }
  for (const name of view.names()) draftOwned(context, stanzaPath, name);
}

/** False for an option in the section of a command that does not take it: the engine warns and goes on without it. */
function isTaken({ option, command }: GivenSetting): boolean {
  return command === undefined || option.commands.includes(command);
}

function draftOwned(context: DraftContext, stanzaPath: Path, name: string): void {
  const { view, carried } = context;
  const base = view.base(name);
  const option = (base ?? view.overrides(name)[0]?.setting)?.option;
  if (option === undefined || option.secure === true || topOfFile.test(option.name)) return;
  if (owningKey(option.name) === undefined) return;
  if (base !== undefined && !carried.has(base) && countsSomewhere(context, base)) {
    putWhereItStood(context, stanzaPath, base, undefined);
  }
  for (const { command, setting } of view.overrides(name)) {
    putWhereItStood(context, stanzaPath, setting, command);
    // Where stanzas have repositories of their own these stand before what is said for all.
    if (context.several && setting.stanza === undefined) put(context, stanzaPath, setting, command, true);
  }
}

/** What was said for all stanzas is said for all again: commands without a stanza see nothing else. */
function putWhereItStood(
  context: DraftContext,
  stanzaPath: Path,
  setting: GivenSetting,
  command: string | undefined,
): void {
  const forAll = setting.stanza === undefined && setting.option.section !== 'stanza';
  if (forAll) put(context, ['options'], setting, command);
  else put(context, stanzaPath, setting, command, true);
}

function countsSomewhere(context: DraftContext, setting: GivenSetting): boolean {
  const commands = [undefined, ...commandsOf(context.version)];
  return commands.some((command) => isActive(context, setting, command));
}

/** @param mayBeRepository options of a repository stand with it, without `repoN-` */
function put(
  context: FileContext,
  path: Path,
  setting: GivenSetting,
  command: string | undefined,
  mayBeRepository = false,
): void {
  const { option, index, name } = setting;
  const repository = [...path, 'repositories', `repo${index ?? 1}`];
  const inRepository = mayBeRepository && option.group === 'repo' && context.builder.has(repository);
  const holder = inRepository ? [...repository, 'options'] : mayBeRepository ? [...path, 'options'] : path;
  const key = inRepository ? option.name.replace(/^repo-/, '') : name;
  const at = command === undefined ? [...holder, key] : [...holder, command, key];
  carry(context, at, plainValue(setting, context.version), setting);
}
