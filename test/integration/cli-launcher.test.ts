import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/process/run-command.ts';
import { holdfastProgram } from '../support/installation.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

const checkout = join(import.meta.dirname, '../..');
const versionLine = /^holdfast \d+\.\d+\.\d+ \(node 24\./;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox('launcher');
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

/** The sources alone, nothing compiled and no modules. @returns the directory */
function copySources(name: string): string {
  const directory = sandbox.directory(name, 0o755);
  const files = ['bin', 'src', 'package.json', 'package-lock.json', 'tsconfig.json'];
  for (const file of files) cpSync(join(checkout, file), join(directory, file), { recursive: true });
  mkdirSync(join(directory, 'node_modules/.bin'), { recursive: true });
  return directory;
}

/** Real copies of the modules that a start needs: postgres may not be allowed into the checkout. */
function copyModules(directory: string): void {
  for (const module of ['.bin/node', 'commander']) {
    const from = realpathSync(join(checkout, 'node_modules', module));
    cpSync(from, join(directory, 'node_modules', module), { recursive: true });
  }
}

/** Links to all modules, the compiler too. */
function linkModules(directory: string): void {
  const modules = realpathSync(join(checkout, 'node_modules'));
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  for (const name of ['.bin/node', ...names]) {
    symlinkSync(join(modules, name), join(directory, 'node_modules', name));
  }
}

describe('bin/holdfast', () => {
  it('compiles a checkout once, also when it is started several times at once, and again after a change', async () => {
    const directory = copySources('fresh');
    linkModules(directory);
    const start = async (): Promise<string> => {
      // As the present user, who may write the copy and read the modules.
      const env = { PATH: '/usr/bin:/bin', HOME: sandbox.path };
      const result = await runCommand({ command: join(directory, 'bin/holdfast'), args: ['version'], env });
      return result.stdout;
    };
    for (const line of await Promise.all([start(), start(), start()])) expect(line).toMatch(versionLine);
    const current = join(directory, '.cache/build/current');
    const first = readlinkSync(current);
    await start();
    expect(readlinkSync(current)).toBe(first);
    const soon = new Date(Date.now() + 5000);
    utimesSync(join(directory, 'src/main.ts'), soon, soon);
    expect(await start()).toMatch(versionLine);
    expect(readlinkSync(current)).not.toBe(first);
    // A single character beyond Latin-1 makes V8 keep all of a file with two bytes for each. Tagged templates have theirs.
    const texts = readdirSync(current)
      .filter((name) => name.endsWith('.js'))
      .map((name) => readFileSync(join(current, name), 'utf8'));
    const wide = texts.filter((text) => /[\u{100}-\u{10FFFF}]/u.test(text));
    expect(wide.join('').length).toBeLessThan(texts.join('').length / 20);
  });

  it('compiles as `npm run build` does', () => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const [, options = 'none'] = /--platform (.*)$/.exec(scripts['build'] ?? '') ?? [];
    const launcher = readFileSync(join(checkout, 'bin/holdfast'), 'utf8').replaceAll(/\\\n\s*/g, '');
    expect(launcher).toContain(`--platform ${options} >`);
  });

  it('keeps a build for as long as a process runs from it', async () => {
    const directory = copySources('running');
    linkModules(directory);
    const env = { PATH: '/usr/bin:/bin', HOME: sandbox.path };
    let soon = Date.now();
    const rebuild = async (): Promise<string> => {
      soon = Math.max(soon, Date.now()) + 5000;
      utimesSync(join(directory, 'src/main.ts'), new Date(soon), new Date(soon));
      await runCommand({ command: join(directory, 'bin/holdfast'), args: ['version'], env });
      return realpathSync(join(directory, '.cache/build/current'));
    };
    const first = await rebuild();
    const running = new AbortController();
    const args = ['-e', 'setInterval(() => {}, 1000)', join(first, 'main.js')];
    const process = runCommand({ command: globalThis.process.execPath, args, env, signal: running.signal });
    await rebuild();
    await rebuild();
    expect(existsSync(first)).toBe(true);
    running.abort();
    await process.catch(() => undefined);
    await rebuild();
    expect(existsSync(first)).toBe(false);
  });

  it('runs the sources where nothing can be written', async () => {
    const directory = copySources('closed');
    copyModules(directory);
    chmodSync(directory, 0o555);
    const program = join(directory, 'bin/holdfast');
    expect((await sandbox.mustRun(program, ['version'])).stdout).toMatch(versionLine);
    expect(existsSync(join(directory, '.cache'))).toBe(false);
    chmodSync(directory, 0o755);
  });

  it('follows links, as npm makes them', async () => {
    const folder = sandbox.directory('links', 0o755);
    symlinkSync(holdfastProgram(), join(folder, 'absolute'));
    symlinkSync('absolute', join(folder, 'holdfast'));
    const env = { PATH: `${folder}:/usr/bin:/bin` };
    expect((await sandbox.mustRun('holdfast', ['version'], { env })).stdout).toMatch(versionLine);
  });

  it('says what to do where there is no Node.js', async () => {
    const directory = sandbox.directory('empty', 0o755);
    cpSync(join(checkout, 'bin'), join(directory, 'bin'), { recursive: true });
    const tools = sandbox.directory('tools', 0o755);
    for (const tool of ['sh', 'readlink', 'find']) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
    const result = await sandbox.run(join(directory, 'bin/holdfast'), ['version'], { env: { PATH: tools } });
    expect(result.code).toBe(69);
    expect(result.stderr).toMatch(/^holdfast: start: no node was found\nHINT: Run 'npm install' in /);
  });
});
