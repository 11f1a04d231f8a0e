import type { RuleFamily } from '../../lint-rule.ts';
import { backupAfterPointInTime, restoreProvedByVersion, restoreWithoutStop } from './after-restore-rules.ts';
import { dataDirectoryRemoved } from './data-directory-rules.ts';
import { drillCanArchive } from './drill-rules.ts';
import { patroniStateKept } from './patroni-restore-rules.ts';
import {
  backupFailureSwallowed,
  engineErrorsHidden,
  epochReadAsDate,
  jqNullNotEmpty,
} from './script-rules.ts';

/** What people do step by step: restores, drills, and the scripts that watch backups. */
export const proceduresRules: RuleFamily = {
  title: 'Procedures and scripts',
  rules: [
    dataDirectoryRemoved,
    restoreWithoutStop,
    patroniStateKept,
    drillCanArchive,
    restoreProvedByVersion,
    backupAfterPointInTime,
    epochReadAsDate,
    jqNullNotEmpty,
    engineErrorsHidden,
    backupFailureSwallowed,
  ],
};
