import type { RuleFamily } from '../../lint-rule.ts';
import { archiveCommandOtherStanza, archiveCommandWithoutStanza } from './archive-command-stanza.ts';
import { archiveCommandSucceedsWithoutArchiving } from './archive-command-success.ts';
import {
  archiveCommandHidesErrors,
  archiveCommandNotTheEngine,
  archiveCommandOverwrites,
  archiveCommandWithoutSegment,
} from './archive-command-words.ts';
import {
  archiveLibrarySet,
  archiveModeAlways,
  archiveModeMissing,
  archiveModeOff,
  walLevelMinimal,
} from './archive-mode.ts';
import { archiveCommandEmpty, archiveSettingOverridden } from './archive-setting-source.ts';
import { archiveTimeoutAgainstObjective } from './archive-timeout.ts';
import {
  recoverySettingRemoved,
  recoveryTargetWithoutAction,
  recoveryTargetWithoutZone,
  restoreCommandIncomplete,
  restoreCommandStanza,
} from './restore-settings.ts';

/** What PostgreSQL is told: archiving and recovery. */
export const serverRules: RuleFamily = {
  title: 'PostgreSQL: archiving and recovery settings',
  rules: [
    archiveCommandSucceedsWithoutArchiving,
    archiveCommandWithoutStanza,
    archiveCommandOtherStanza,
    archiveCommandWithoutSegment,
    archiveCommandNotTheEngine,
    archiveCommandHidesErrors,
    archiveCommandOverwrites,
    archiveCommandEmpty,
    archiveModeOff,
    archiveModeMissing,
    archiveModeAlways,
    walLevelMinimal,
    archiveLibrarySet,
    archiveSettingOverridden,
    archiveTimeoutAgainstObjective,
    restoreCommandIncomplete,
    restoreCommandStanza,
    recoveryTargetWithoutZone,
    recoveryTargetWithoutAction,
    recoverySettingRemoved,
  ],
};
