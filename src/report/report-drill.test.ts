import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReportBed, drillDay, drillReport, type ReportBed } from '../../test/support/drill-reports.ts';
import { canonicalJson } from '../store/audit-hash.ts';
import { drillDocument } from './drill-document.ts';
import { hashText } from './hash-text.ts';
import { ensureSigningKey, readOwnKeys, rotateSigningKey } from './key-files.ts';
import { noteKey } from './report-drill.ts';
import { reportFiles } from './report-files.ts';
import { signReport } from './report-key.ts';
import { verifyOwnReports } from './verify-all-reports.ts';
import { verifyReportFile } from './verify-report.ts';

/* Reports as files, verified by us and by the real openssl; keys made, replaced and lost. */
let bed: ReportBed;
beforeEach(() => {
  bed = createReportBed();
});
afterEach(() => bed[Symbol.dispose]());

const keyFile = (name: string): string => join(bed.stateDirectory, 'report-keys', name);

async function verifyAll() {
  return verifyOwnReports(bed.stateDirectory, await readOwnKeys(bed.stateDirectory), bed.journal);
}

describe('a report', () => {
  it('is signed so that plain openssl verifies it', async () => {
    const { files, keyMade, report } = await bed.write(drillReport(1));
    expect(keyMade).toBe(true);
    const openssl = (file: string, signature: string) =>
      spawnSync(
        'openssl',
        [
          'pkeyutl',
          '-verify',
          '-pubin',
          '-inkey',
          keyFile('report-1.pub'),
          '-rawin',
          '-in',
          file,
          '-sigfile',
          signature,
        ],
        { encoding: 'utf8' },
      );
    expect(openssl(files.json, files.signature)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Success'),
    });
    expect(openssl(files.page, files.pageSignature).status).toBe(0);
    expect(openssl(files.page, files.signature).status).not.toBe(0);
    expect(execFileSync('sha256sum', [files.json], { encoding: 'utf8' })).toContain(report.sha256);
    expect(statSync(files.json).mode & 0o777).toBe(0o640);
    expect(readFileSync(files.page, 'utf8')).toContain(report.signature);
  });

  it('names the one before, and is in the audit trail', async () => {
    const first = await bed.write(drillReport(1));
    bed.reopen();
    const second = await bed.write(drillReport(2));
    expect(second.keyMade).toBe(false);
    expect(JSON.parse(second.report.document)).toMatchObject({
      sequence: 2,
      previous: { id: first.report.id, sha256: first.report.sha256 },
      objectives: { rpo: 60, rto: 82 },
    });
    const [entry] = bed.journal.audit.list({ limit: 1 });
    expect(entry).toMatchObject({ action: 'drill reported', details: { sha256: second.report.sha256 } });
    expect(bed.journal.audit.verify().problems).toEqual([]);
    expect(await verifyAll()).toMatchObject({
      problems: [],
      reports: [{}, {}, {}, {}].map(() => ({ problems: [] })),
    });
  });

  it('is the same when the same drill is written down again', async () => {
    const first = await bed.write(drillReport(1));
    const again = await bed.write(drillReport(1, { stanza: 'other' }));
    expect(again.report.sha256).toBe(first.report.sha256);
    expect(bed.journal.reports.list()).toHaveLength(1);
  });

  it('gets its files with the next one, when a kill kept them from being written', async () => {
    const { key } = await ensureSigningKey({ ...bed.deps, stateDirectory: bed.stateDirectory });
    const first = drillReport(1);
    // As a kill between the transaction and the last file leaves it.
    const stored = bed.journal.reports.append(first.id, (place) => {
      const evidence = { ...bed.deps, report: first, configuration: '', set: undefined, objectives: {} };
      const document = canonicalJson(drillDocument(evidence, place, key.fingerprint, bed.deps.now()));
      return {
        stanza: 'main',
        repository: 'local',
        endedAt: 1,
        result: 'passed',
        key: key.fingerprint,
        document,
        sha256: hashText(document),
        signature: signReport(document, key.privateKey).toString('base64'),
      };
    });
    const files = reportFiles(bed.stateDirectory, first.id);
    mkdirSync(dirname(files.page));
    writeFileSync(files.json, stored.document);
    writeFileSync(files.page, 'the page of an older Holdfast');
    await bed.write(drillReport(2));
    expect(readFileSync(files.page, 'utf8')).toBe('the page of an older Holdfast');
    const { reports, problems } = await verifyAll();
    expect([...problems, ...reports.flatMap((report) => report.problems)]).toEqual([]);
    expect(reports).toHaveLength(4);
  });

  it('goes on with the chain when the journal is lost', async () => {
    const first = await bed.write(drillReport(1));
    bed.journal[Symbol.dispose]();
    for (const name of readdirSync(bed.stateDirectory).filter((file) => file.startsWith('journal')))
      rmSync(join(bed.stateDirectory, name), { recursive: true });
    bed.reopen();
    const second = await bed.write(drillReport(2));
    expect(JSON.parse(second.report.document)).toMatchObject({
      sequence: 2,
      previous: { sha256: first.report.sha256 },
    });
    expect((await verifyAll()).problems).toEqual([]);
  });
});

describe('verifying', () => {
  it('notices a change of any byte, of document or page', async () => {
    const { files } = await bed.write(
      drillReport(1, { result: 'failed', problems: ['read: a page is broken'] }),
    );
    const keys = await readOwnKeys(bed.stateDirectory);
    for (const file of [files.json, files.page]) {
      const before = readFileSync(file, 'utf8');
      expect((await verifyReportFile(file, keys)).verified.problems).toEqual([]);
      writeFileSync(file, before.replace('failed', 'passed'));
      const { verified } = await verifyReportFile(file, keys);
      expect(verified.problems[0]).toMatch(/^the signature is wrong/);
      writeFileSync(file, before);
    }
    rmSync(files.signature);
    expect((await verifyReportFile(files.json, keys)).verified.problems[0]).toMatch(/signature/);
  });

  it('notices a report that was removed, in the middle and at the end', async () => {
    const written = [];
    for (const number of [1, 2, 3]) written.push(await bed.write(drillReport(number)));
    const [, second, third] = written.map(({ files }) => files);
    for (const files of [third, second]) {
      for (const file of Object.values(files ?? {})) rmSync(file);
      expect((await verifyAll()).problems).toContainEqual(
        expect.stringMatching(/is missing: the journal knows it$/),
      );
    }
    await bed.write(drillReport(4));
    expect((await verifyAll()).problems).toContain('reports number 2 to 3 are missing');
  });

  it('notices a report that was replaced by one with a good signature', async () => {
    const first = await bed.write(drillReport(1));
    await bed.write(drillReport(2));
    const { key } = await ensureSigningKey({
      stateDirectory: bed.stateDirectory,
      owner: undefined,
      now: () => drillDay,
    });
    const forged = first.report.document.replace('"rpoSeconds":41', '"rpoSeconds":1');
    writeFileSync(first.files.json, forged);
    writeFileSync(first.files.signature, signReport(forged, key.privateKey));
    const { reports, problems } = await verifyAll();
    expect(reports.find(({ file }) => file === first.files.json)?.problems).toEqual([]);
    expect(problems).toHaveLength(2);
  });
});

describe('keys', () => {
  it('are what ssh-keygen says they are, private to their owner, and never overwritten', async () => {
    await bed.write(drillReport(1));
    const [key] = await readOwnKeys(bed.stateDirectory);
    const said = execFileSync('ssh-keygen', ['-l', '-f', keyFile('report-1.ssh.pub')], { encoding: 'utf8' });
    expect(said).toContain(key?.fingerprint ?? 'none');
    expect(said).toContain('ED25519');
    expect(statSync(keyFile('report-1.key')).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyFile('report-1.key'), 'utf8');
    await bed.write(drillReport(2));
    expect(readFileSync(keyFile('report-1.key'), 'utf8')).toBe(before);
  });

  it('are replaced: old reports stay good, the old private half is gone', async () => {
    await bed.write(drillReport(1));
    const deps = { ...bed.deps, stateDirectory: bed.stateDirectory };
    noteKey(await rotateSigningKey(deps), 'replaced', bed.deps);
    const second = await bed.write(drillReport(2));
    const [old, present] = await readOwnKeys(bed.stateDirectory);
    expect(old?.retiredAt).toBe(present?.madeAt);
    expect(second.report.key).toBe(present?.fingerprint);
    expect(readdirSync(join(bed.stateDirectory, 'report-keys'))).not.toContain('report-1.key');
    const { reports, problems } = await verifyAll();
    expect([...problems, ...reports.flatMap((report) => report.problems)]).toEqual([]);
    expect(reports.map(({ keyNumber }) => keyNumber)).toEqual([1, 1, 2, 2]);
  });

  it('are finished when a kill left the private half alone, and one is made by many at once', async () => {
    const deps = { ...bed.deps, stateDirectory: bed.stateDirectory };
    const all = await Promise.all([1, 2].map(() => ensureSigningKey(deps).catch((error: unknown) => error)));
    const made = all.filter((one) => !(one instanceof Error)) as {
      made: boolean;
      key: { fingerprint: string };
    }[];
    expect(made.filter((one) => one.made)).toHaveLength(1);
    rmSync(keyFile('report-1.pub'));
    rmSync(keyFile('report-1.ssh.pub'));
    const again = await ensureSigningKey(deps);
    expect(again).toMatchObject({ made: false, key: { fingerprint: made[0]?.key.fingerprint } });
    expect(await readOwnKeys(bed.stateDirectory)).toHaveLength(1);
  });
});
