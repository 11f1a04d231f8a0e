import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { testUser } from './test-user.ts';

const checkout = join(import.meta.dirname, '../..');
/** Where bin/holdfast keeps what it compiled. */
const compiled = '.cache/build/current';

/** Set by the global set-up when postgres can not read the checkout; the workers inherit it. */
const installationVariable = 'HOLDFAST_TEST_INSTALLATION';

/** Path of the `holdfast` program that root and postgres can both run. */
export function holdfastProgram(): string {
  return join(process.env[installationVariable] ?? checkout, 'bin/holdfast');
}

/** Path of the Node that `holdfastProgram` runs on. */
export function nodeProgram(): string {
  return join(process.env[installationVariable] ?? checkout, 'node_modules/.bin/node');
}

/** Makes one file of a module and all that it imports, which processes of other users can read. Gives its path. */
export function bundleModule(source: string, directory: string): string {
  const bundler = join(checkout, 'node_modules/rolldown/bin/cli.mjs');
  const file = join(directory, `${basename(source, '.ts')}.js`);
  const args = [bundler, join(checkout, source), '--file', file, '--platform', 'node', '--format', 'esm'];
  execFileSync(join(checkout, 'node_modules/.bin/node'), args, { cwd: checkout, stdio: 'pipe' });
  chmodSync(file, 0o644);
  return file;
}

/**
 * Makes sure that postgres can run Holdfast: from the checkout where it may read that, and otherwise (a checkout in
 * /root) from a copy in /tmp, laid out like an installed package. Gives what removes the copy again.
 */
export function installForPostgres(): () => void {
  // Compiles the checkout when a source is newer than what was compiled last. What it answers is judged by tests.
  spawnSync(join(checkout, 'bin/holdfast'), ['--help'], { cwd: '/', stdio: 'ignore' });
  if (!existsSync(join(checkout, compiled, 'main.js')))
    throw new Error('src/ can not be compiled: run `npm run typecheck`');
  if (canPostgresRead(join(checkout, 'package.json'))) return () => {};
  const directory = mkdtempSync('/tmp/hf-installation-');
  chmodSync(directory, 0o755);
  const copy = (from: string, to: string): void =>
    cpSync(realpathSync(join(checkout, from)), join(directory, to), { recursive: true, dereference: true });
  copy('bin', 'bin');
  copy('package.json', 'package.json');
  copy(compiled, 'dist');
  mkdirSync(join(directory, 'node_modules/.bin'), { recursive: true });
  copy('node_modules/.bin/node', 'node_modules/.bin/node');
  execFileSync('chmod', ['-R', 'go+rX', directory]);
  process.env[installationVariable] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}

function canPostgresRead(file: string): boolean {
  const { runAs } = testUser();
  if (runAs === undefined) return true;
  try {
    execFileSync('test', ['-r', file], { cwd: '/', uid: runAs.uid, gid: runAs.gid });
    return true;
  } catch {
    return false;
  }
}
