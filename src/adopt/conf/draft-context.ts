import type { EngineVersion } from '../../model/engine-version.ts';
import { optionNamed } from '../../model/option-table.ts';
import type { Path } from '../../config/source-tree.ts';
import type { DraftValue } from '../draft.ts';
import type { DraftBuilder } from './draft-builder.ts';
import type { GivenSetting } from './given-setting.ts';
import type { SecretPlaces } from './secret-places.ts';
import type { SettingView } from './setting-view.ts';

/** What everything that drafts a part of the file works with. */
export interface FileContext {
  readonly version: EngineVersion;
  readonly builder: DraftBuilder;
  readonly secrets: SecretPlaces;
  /** Settings that stand somewhere in the draft already. */
  readonly carried: Set<GivenSetting>;
}

/** What everything that drafts a stanza works with. */
export interface DraftContext extends FileContext {
  readonly view: SettingView;
  /** There are other stanzas beside it. */
  readonly several: boolean;
}

/** The setting that all commands see, when it counts; `base` is `repo-path`, with the index `repo2-path`. */
export function activeSetting(context: DraftContext, name: string): GivenSetting | undefined {
  const setting = context.view.base(name);
  if (setting === undefined || !isActive(context, setting)) return undefined;
  return setting;
}

/** True when the options that it depends on let it count, for a command or for all. */
export function isActive({ view, version }: DraftContext, setting: GivenSetting, command?: string): boolean {
  return view.isActive(setting, (name) => optionNamed(name, version), command);
}

/** Puts a value in and remembers where it came from and that it is there. */
export function carry(context: FileContext, path: Path, value: DraftValue, setting: GivenSetting): void {
  context.builder.set(path, value, setting);
  context.carried.add(setting);
}
