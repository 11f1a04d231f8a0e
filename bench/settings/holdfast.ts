import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineVersion } from '../../src/model/engine-version.ts';
import type { Sandbox } from '../../test/support/sandbox.ts';
import type { EngineOptions, EngineSettingsOf } from './engine-settings-of.ts';

const program = fileURLToPath(new URL('../../bin/holdfast', import.meta.url));

/** Options that say where something is or how long it is kept, which every subject gets from the benchmark. */
const placeOptions = /^(?:pg\d+-.*|repo\d+-(?:path|type|retention-.*)|(?:log|lock|spool)-path)$/;

/** What `holdfast render pgbackrest` chooses on this machine for this version of the engine. */
export function readHoldfastSettings(
  sandbox: Sandbox,
  version: EngineVersion,
  cores: number,
): EngineSettingsOf {
  const directory = sandbox.directory('rendered', 0o755);
  const configuration = sandbox.write('rendered/holdfast.yaml', shortestFile(directory));
  const out = join(directory, 'out');
  execFileSync(
    program,
    ['--config', configuration, 'render', 'pgbackrest', '--engine', version.text, '--out', out],
    {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME },
    },
  );
  const options = parseOptions(readRendered(out));
  return {
    name: 'holdfast',
    title: 'Holdfast',
    source: `What \`holdfast render pgbackrest\` writes for pgBackRest ${version.text} on ${cores} cores when nothing is asked for.`,
    options: () => options,
  };
}

function shortestFile(directory: string): string {
  return `stanzas:
  bench:
    postgres:
      - path: ${directory}/data
    repositories:
      local: { type: posix, path: ${directory}/repository, retention: { full: 2 } }
`;
}

function readRendered(out: string): string {
  const files = readdirSync(out, { recursive: true, withFileTypes: true });
  const file = files.find((entry) => entry.name === 'pgbackrest.conf');
  if (file === undefined) throw new Error(`holdfast render wrote no pgbackrest.conf below ${out}`);
  return readFileSync(join(file.parentPath, file.name), 'utf8');
}

function parseOptions(text: string): EngineOptions {
  const options: Record<string, Record<string, string>> = {};
  let section = 'global';
  for (const line of text.split('\n')) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const option = /^([a-z][a-z0-9-]*)=(.*)$/.exec(line);
    if (option?.[1] === undefined || placeOptions.test(option[1])) continue;
    (options[section] ??= {})[option[1]] = option[2] ?? '';
  }
  return options;
}
