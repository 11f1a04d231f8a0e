import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { createSandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import {
  buildPodImage,
  mustRunJob,
  podBed,
  podStanza,
  smallPods,
  sql,
  startDatabase,
} from './pod-scenario.ts';

let image = '';

beforeAll(async () => {
  image = await buildPodImage();
});

describe('a pod that CronJobs back up', () => {
  it("is reached over pgBackRest's TLS protocol, and holds their lease", async () => {
    await using sandbox = await createSandbox('podjobs');
    const bed = await podBed(sandbox, 'hfk-jobs', image, (directory) => ({
      stanzas: { main: podStanza(directory) },
      deploy: {
        kubernetes: {
          image,
          form: 'cronjobs',
          resources: smallPods,
          storage: { repositoryAccess: 'ReadWriteMany' },
          rolePassword: `file:${join(directory, 'role')}`,
        },
      },
    }));
    const server = makeCertificates(sandbox.directory('server'), 'main-0.main-headless.postgres.svc');
    bed.addSecret('main-pgbackrest-server', {
      'tls.crt': server.certificate,
      'tls.key': server.key,
      'ca.crt': readFileSync(server.caFile, 'utf8'),
    });
    const client = signedBy(sandbox.file('server'), 'holdfast');
    bed.addSecret('main-pgbackrest-client', { ...client, 'ca.crt': readFileSync(server.caFile, 'utf8') });

    const pod = await startDatabase(bed, 'one');
    await waitUntil('the stanza is there', async () => {
      const log = await pod.logs('pgbackrest-server');
      if (/ended with|could not/.test(log)) throw new Error(log);
      return log.includes('the stanza is in every repository');
    });
    await pod.mustExec('postgres', sql('CREATE TABLE kept AS SELECT generate_series(1, 1000) id'));
    await mustRunJob(bed, 'overlays/production', 'main-full');
    // The full has begun after the time that these are for: as lines of the schedule they are not needed.
    expect(await mustRunJob(bed, 'overlays/production', 'main-incr')).toContain('near has the full');
    await mustRunJob(bed, 'overlays/production', 'main-incr', withoutLine);
    const info = await pod.mustExec('pgbackrest-server', [
      'pgbackrest',
      '--stanza=main',
      'info',
      '--output=json',
    ]);
    const types = (JSON.parse(info) as { backup: { type: string }[] }[]).flatMap(({ backup }) =>
      backup.map(({ type }) => type),
    );
    expect(types.toSorted()).toEqual(['full', 'full', 'incr', 'incr']);

    // A client of another name is not let in, whoever signed it.
    const stranger = signedBy(sandbox.file('server'), 'stranger');
    bed.addSecret('main-pgbackrest-client', { ...stranger, 'ca.crt': readFileSync(server.caFile, 'utf8') });
    const other = await bed.jobPod('overlays/production', 'main-full', 'stranger', withoutLine);
    expect(await other.begin()).toBeUndefined();
    const refused = await other.runJob();
    expect(refused.code).toBeGreaterThanOrEqual(64);
    const log = join(bed.directory, 'pods/stranger/work/log/main-backup.log');
    expect(readFileSync(log, 'utf8')).toContain('access denied');
    await other.remove();

    const drill = await bed.jobPod('overlays/production', 'main-drill', 'drill');
    expect(await drill.begin()).toBeUndefined();
    const drilled = await drill.runJob();
    expect({
      code: drilled.code,
      output: (drilled.code ?? 99) < 2 ? '' : drilled.stdout + drilled.stderr,
    }).toEqual({
      code: expect.any(Number),
      output: '',
    });
    await drill.remove();

    await pod.stop();
    await mustRunJob(bed, 'overlays/restore', 'main-restore');
    const again = await startDatabase(bed, 'two');
    expect(await again.mustExec('postgres', sql('SELECT count(*) FROM kept'))).toBe('1000');
    await again.stop();
  });
});

/** Takes a backup whatever there is. */
const withoutLine = (word: string): string => word.replace(/(?<=exec .*) --line '[^']*'/, '');

/** A client's key and certificate of the authority that `makeCertificates` made in a directory. */
function signedBy(
  directory: string,
  name: string,
): { readonly 'tls.crt': string; readonly 'tls.key': string } {
  const run = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', ...curve, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
  run('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signer);
  const read = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return { 'tls.crt': read(`${name}.crt`), 'tls.key': read(`${name}.key`) };
}
