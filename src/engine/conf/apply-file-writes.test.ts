import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentUser } from '../../process/os-user.ts';
import { applyFileWrites } from './apply-file-writes.ts';
import { writeConfText } from './conf-text.ts';
import { planFileWrites } from './plan-file-writes.ts';
import type { RenderedFile } from './render-conf.ts';

describe('writing generated files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hf-write-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  const me = currentUser();
  const options = { currentUid: me.uid };
  const file = (value: string, secret = false): RenderedFile => ({
    path: join(directory, 'conf', 'pgbackrest.conf'),
    content: writeConfText(
      [{ name: 'global', options: [{ name: 'repo1-path', value }] }],
      '/etc/holdfast.yaml',
    ),
    mode: secret ? 0o600 : 0o640,
    owner: me.name,
    secret,
  });
  const stateOf = async (wanted: RenderedFile): Promise<string | undefined> =>
    (await planFileWrites([wanted]))[0]?.state;

  it('writes a new file, leaves an equal one and replaces its own', async () => {
    expect(await stateOf(file('/a'))).toBe('new');
    await applyFileWrites(await planFileWrites([file('/a')]), options);
    expect((await stat(file('/a').path)).mode & 0o777).toBe(0o640);
    expect(await stateOf(file('/a'))).toBe('same');
    const changes = await planFileWrites([file('/b')]);
    expect(changes[0]).toMatchObject({
      state: 'changed',
      diff: expect.stringContaining('-repo1-path=/a\n+repo1-path=/b'),
    });
    expect((await applyFileWrites(changes, options)).written).toEqual([file('/b').path]);
    expect(await stateOf(file('/b'))).toBe('same');
    expect(await stateOf({ ...file('/b'), mode: 0o600 })).toBe('changed');
  });

  it('never overwrites an edited or foreign file unless told, and then keeps a copy', async () => {
    await applyFileWrites(await planFileWrites([file('/a')]), options);
    const edited = (await readFile(file('/a').path, 'utf8')).replace('/a', '/by-hand');
    for (const text of [edited, '[global]\nrepo1-path=/mine\n']) {
      await writeFile(file('/a').path, text);
      await chmod(file('/a').path, 0o666);
      const changes = await planFileWrites([file('/b')]);
      expect(changes[0]?.state).toBe('edited-by-hand');
      await expect(applyFileWrites(changes, options)).rejects.toMatchObject({
        kind: 'edited-by-hand',
        details: { differences: [{ diff: expect.stringContaining('+repo1-path=/b') }] },
      });
      expect(await readFile(file('/a').path, 'utf8')).toBe(text);
      const { saved } = await applyFileWrites(changes, { ...options, force: true });
      expect(await readFile(saved[0] as string, 'utf8')).toBe(text);
      expect((await stat(saved[0] as string)).mode & 0o777).toBe(0o640);
      expect(await stateOf(file('/b'))).toBe('same');
    }
  });

  it('shows no secret in a difference', async () => {
    await applyFileWrites(await planFileWrites([file('old-secret', true)]), options);
    const [change] = await planFileWrites([file('new-secret', true)]);
    expect(change?.state).toBe('changed');
    expect(change?.diff).not.toMatch(/old-secret|new-secret/);
    expect(change?.diff).toContain('only values of secrets differ');
  });

  it('finishes what a killed run left behind', async () => {
    await applyFileWrites(await planFileWrites([file('/a')]), options);
    await writeFile(join(directory, 'conf', '.pgbackrest.conf.holdfast-new'), 'half');
    await applyFileWrites(await planFileWrites([file('/b')]), options);
    expect(await readdir(join(directory, 'conf'))).toEqual(['pgbackrest.conf']);
  });

  it('says why it cannot write', async () => {
    await writeFile(join(directory, 'conf'), '');
    await expect(planFileWrites([file('/a')])).rejects.toMatchObject({ kind: 'file-unusable' });
    const wanted = { ...file('/a'), path: join(directory, 'new.conf'), owner: 'no-such-user-here' };
    await expect(applyFileWrites(await planFileWrites([wanted]), options)).rejects.toMatchObject({
      kind: 'not-permitted',
    });
  });
});
