import { describe, expect, it } from 'vitest';
import { parseEngineVersion, type EngineVersion } from '../../../model/engine-version.ts';
import { readProject } from '../../read-project.ts';
import { manualJobBesideCronJob } from './manual-job.ts';

function found(text: string): number {
  const engineVersion = parseEngineVersion('2.58') as EngineVersion;
  const project = readProject([{ file: 'a.sh', text }], { engineVersion, fileFacts: () => undefined });
  return [...manualJobBesideCronJob.judge(project)].length;
}

describe('manual-job-beside-cronjob', () => {
  it('finds a backup that is made by hand from a CronJob', () => {
    expect(found('kubectl create job --from=cronjob/pgbackrest-full-backup now -n db\n')).toBe(1);
  });

  it('takes one for right whose CronJob is suspended, and other Jobs', () => {
    const suspend = `kubectl patch cronjob full-backup -p '{"spec":{"suspend":true}}'\n`;
    expect(found(`${suspend}kubectl create job --from=cronjob/full-backup now\n`)).toBe(0);
    expect(found('kubectl create job --from=cronjob/backup-restore-validation now\n')).toBe(0);
    expect(found('kubectl create job --from=cronjob/mail now\n')).toBe(0);
    expect(found('kubectl create secret generic backup\n')).toBe(0);
  });
});
