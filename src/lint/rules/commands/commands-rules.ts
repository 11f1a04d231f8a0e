import type { RuleFamily } from '../../lint-rule.ts';
import { archivePushByHand, archivePushStatusFiles } from './archive-push-rules.ts';
import { restoreBesideRunningContainer, restoreInRunningContainer } from './container-rules.ts';
import {
  engineCommandMissing,
  engineCommandUnknown,
  engineParameterRefused,
} from './engine-command-unknown.ts';
import { engineOptionRefused, engineValueRefused, secretOnCommandLine } from './engine-option-refused.ts';
import { engineRunByRoot } from './engine-run-by-root.ts';
import { logFileUnknown } from './log-file-unknown.ts';
import {
  checkAsProof,
  infoExitStatus,
  verifyExitStatus,
  verifySetIgnored,
  verifyUnread,
} from './proof-rules.ts';
import { repositoryNotThere } from './repository-not-there.ts';
import {
  backupSetNotALabel,
  restoreTargetNotATime,
  restoreTargetWithoutAction,
  restoreTargetWithoutSet,
  restoreTargetWithoutZone,
} from './restore-target-rules.ts';
import { stanzaMissing } from './stanza-missing.ts';
import { stopAutoNoEffect } from './stop-auto-no-effect.ts';

/** Calls of pgbackrest: commands, options, values, and what their results are taken for. */
export const commandsRules: RuleFamily = {
  title: 'Commands of pgbackrest',
  rules: [
    engineCommandUnknown,
    engineCommandMissing,
    engineOptionRefused,
    engineValueRefused,
    engineParameterRefused,
    secretOnCommandLine,
    engineRunByRoot,
    stanzaMissing,
    repositoryNotThere,
    backupSetNotALabel,
    restoreTargetNotATime,
    restoreTargetWithoutZone,
    restoreTargetWithoutAction,
    restoreTargetWithoutSet,
    restoreInRunningContainer,
    restoreBesideRunningContainer,
    verifyExitStatus,
    verifyUnread,
    verifySetIgnored,
    infoExitStatus,
    checkAsProof,
    archivePushStatusFiles,
    archivePushByHand,
    logFileUnknown,
    stopAutoNoEffect,
  ],
};
