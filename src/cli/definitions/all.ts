import type { CommandDefinition } from '../command-definition.ts';
import { adoptDefinition } from './adopt.ts';
import { backupDefinition } from './backup.ts';
import { certificatesDefinition } from './certificates.ts';
import { checkDefinition } from './check.ts';
import { cloneDefinition } from './clone.ts';
import { clonesDefinition } from './clones.ts';
import { completionDefinition } from './completion.ts';
import { configDefinition } from './config.ts';
import { costDefinition } from './cost.ts';
import { drillDefinition } from './drill.ts';
import { expireDefinition } from './expire.ts';
import { findMomentDefinition } from './find.ts';
import { guardDefinition } from './guard.ts';
import { infoDefinition } from './info.ts';
import { initDefinition } from './init.ts';
import { jobsDefinition } from './jobs.ts';
import { journalDefinition } from './journal.ts';
import { kitDefinition } from './kit.ts';
import { lintDefinition } from './lint.ts';
import { maintenanceDefinition } from './maintenance.ts';
import { notifyDefinition } from './notify.ts';
import { pinDefinition } from './pin.ts';
import { reloadDefinition } from './reload.ts';
import { renderDefinition } from './render.ts';
import { reportDefinition } from './report.ts';
import { rescueDefinition } from './rescue.ts';
import { retentionDefinition } from './retention.ts';
import { restoreDefinition } from './restore.ts';
import { runbookDefinition } from './runbook.ts';
import { scheduleDefinition } from './schedule.ts';
import { secretsDefinition } from './secrets.ts';
import { serveDefinition } from './serve.ts';
import { setupDefinition } from './setup.ts';
import { statusDefinition } from './status.ts';
import { timelinesDefinition } from './timelines.ts';
import { undoDefinition } from './undo.ts';
import { unpinDefinition } from './unpin.ts';
import { verifyDefinition } from './verify.ts';
import { versionDefinition } from './version.ts';
import { windowsDefinition } from './windows.ts';

/** Every command, in the order in which a newcomer meets them. */
export const commandDefinitions: readonly CommandDefinition[] = [
  initDefinition,
  adoptDefinition,
  configDefinition,
  lintDefinition,
  renderDefinition,
  setupDefinition,
  checkDefinition,
  statusDefinition,
  backupDefinition,
  infoDefinition,
  windowsDefinition,
  timelinesDefinition,
  verifyDefinition,
  pinDefinition,
  unpinDefinition,
  expireDefinition,
  retentionDefinition,
  costDefinition,
  maintenanceDefinition,
  serveDefinition,
  scheduleDefinition,
  guardDefinition,
  jobsDefinition,
  reloadDefinition,
  notifyDefinition,
  journalDefinition,
  restoreDefinition,
  undoDefinition,
  drillDefinition,
  cloneDefinition,
  clonesDefinition,
  rescueDefinition,
  findMomentDefinition,
  reportDefinition,
  runbookDefinition,
  kitDefinition,
  secretsDefinition,
  certificatesDefinition,
  completionDefinition,
  versionDefinition,
];

/** The command of that name; undefined when there is none. */
export function findDefinition(name: string): CommandDefinition | undefined {
  return commandDefinitions.find((definition) => definition.name === name);
}
