import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { checkRulesFile } from '../support/promtool.ts';

const text = (age: string): string => `
stanzas:
  main:
    postgres: { path: /var/lib/postgresql/15/main }
    repositories:
      local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
    schedule: { full: "0 2 * * 0" }
    objectives: { backupAge: ${age} }
`;

let directory: string;
const words = (...args: string[]): string[] => [
  '--config',
  join(directory, 'holdfast.yaml'),
  'render',
  'monitoring',
  ...args,
];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-render-'));
  writeFileSync(join(directory, 'holdfast.yaml'), text('26h'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('holdfast render monitoring', () => {
  it('prints, writes, compares, and never overwrites what was edited', async () => {
    const out = join(directory, 'out');
    const file = join(out, 'prometheus/holdfast-rules.yml');
    const printed = await mustRunHoldfast(words('--job', 'backups'), { as: 'root' });
    expect(printed.stdout).toContain('up{job="backups"} == 0');
    expect((await runHoldfast(words('--check'), { as: 'root' })).code).toBe(64);

    await mustRunHoldfast(words('--out', out), { as: 'root' });
    expect(checkRulesFile(file)).toMatchObject({ ok: true });
    expect((await runHoldfast(words('--out', out, '--check'), { as: 'root' })).code).toBe(0);

    writeFileSync(join(directory, 'holdfast.yaml'), text('27h'));
    const differs = await runHoldfast(words('--out', out, '--check', '--json'), { as: 'root' });
    expect(differs.code).toBe(1);
    const { files } = JSON.parse(differs.stdout) as { files: { path: string; state: string }[] };
    expect(files.find(({ path }) => path === file)).toMatchObject({ state: 'changed', secret: false });
    expect(differs.stdout).toContain('97200');
    await mustRunHoldfast(words('--out', out), { as: 'root' });
    expect(readFileSync(file, 'utf8')).toContain('> 97200');

    appendFileSync(file, '# mine\n');
    const refused = await runHoldfast(words('--out', out), { as: 'root' });
    expect(refused.stderr).toContain('edited since');
    expect(refused.code).toBeGreaterThanOrEqual(64);
    const forced = await mustRunHoldfast(words('--out', out, '--force', '--json'), { as: 'root' });
    expect(JSON.parse(forced.stdout)).toMatchObject({
      written: [file],
      saved: [expect.stringContaining(file)],
    });
  });
});
