import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeConfText } from '../../engine/conf/conf-text.ts';
import { findForeignConfiguration } from './find-foreign-configuration.ts';

const option = { name: 'pg1-path', value: '/data', reason: undefined };

it.each([
  ['what protects a cluster', '[global]\nrepo1-path=/r\n[main]\n pg1-path = /data\n', true],
  ["Debian's own file", '[global]\nrepo1-path=/var/lib/pgbackrest\n#[main]\n#pg1-path=/data\n', false],
  ['a file of ours', writeConfText([{ name: 'main', options: [option] }], '/h.yaml'), false],
  [
    'a file of ours that was edited',
    `${writeConfText([{ name: 'main', options: [option] }], '/h.yaml')}x=y\n`,
    true,
  ],
])('finds %s: %#', async (_, text, found) => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-init-foreign-'));
  const file = join(directory, 'pgbackrest.conf');
  try {
    writeFileSync(file, text);
    expect(await findForeignConfiguration([join(directory, 'none'), file])).toBe(found ? file : undefined);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
