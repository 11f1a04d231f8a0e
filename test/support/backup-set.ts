import type { BackupSet } from '../../src/model/backup-set.ts';

/** A set as the engine tells of it, of which a test says only what it is about. Its type follows from its label. */
export function backupSet(change: Partial<BackupSet> & Pick<BackupSet, 'label'>): BackupSet {
  const { label } = change;
  return {
    type: label.endsWith('F') ? 'full' : label.endsWith('D') ? 'diff' : 'incr',
    repositoryKey: 1,
    databaseId: 1,
    startTime: 0,
    stopTime: 1,
    startLsn: undefined,
    stopLsn: undefined,
    archiveStart: undefined,
    archiveStop: undefined,
    prior: undefined,
    references: [],
    size: 0,
    deltaSize: 0,
    repositorySize: 0,
    repositoryDeltaSize: 0,
    error: false,
    annotations: {},
    engineVersion: '2.45',
    ...change,
  };
}
