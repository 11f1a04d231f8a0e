import { readFileSync } from 'node:fs';
import { runSql, type TestCluster } from './cluster.ts';
import type { ProtectedBed } from './protected-bed.ts';
import { waitUntil } from './wait-until.ts';

/** A copy of production that somebody restored with production's own configuration, as on a cloned machine. */
export interface EngineCopy {
  readonly directory: string;
  sql: TestCluster['sql'];
  stop(): Promise<void>;
}

/** Runs the engine with a configuration. Any exit code is a result. */
export function runPlainEngine(bed: ProtectedBed, configFile: string, ...args: readonly string[]) {
  const command = /^binary: *(\S+)/m.exec(
    readFileSync(bed.configuration.file, 'utf8').replaceAll(/^ +/gm, ''),
  );
  return bed.sandbox.run(command?.[1] ?? 'pgbackrest', [`--config=${configFile}`, '--stanza=main', ...args]);
}

/** A configuration in which the data directory is another one: what a copied machine has under the same path. */
export function cloneEngineConfiguration(bed: ProtectedBed, directory: string, name: string): string {
  const original = bed.configuration.engineFile;
  const text = readFileSync(original, 'utf8').replaceAll(bed.cluster.dataDirectory, directory);
  return bed.sandbox.write(`${name}.conf`, text);
}

/**
 * Restores with plain pgBackRest into a directory of its own and starts a server there that archives with the same
 * stanza into the same repository.
 */
export async function startEngineCopy(
  bed: ProtectedBed,
  name: string,
  ...restoreArguments: readonly string[]
): Promise<EngineCopy> {
  const { cluster, sandbox } = bed;
  const directory = sandbox.file(name);
  const configFile = cloneEngineConfiguration(bed, directory, name);
  const port = await sandbox.port();
  const restored = await runPlainEngine(bed, configFile, ...restoreArguments, 'restore');
  if (restored.code !== 0) throw new Error(`restore: ${restored.stdout}${restored.stderr}`);
  const socketDirectory = sandbox.directory(`${name}-run`);
  const conf = `${directory}/postgresql.conf`;
  const auto = `${directory}/postgresql.auto.conf`;
  const archive = /archive_command = '([^\n]*)'/.exec(
    readFileSync(auto, 'utf8') + readFileSync(conf, 'utf8'),
  )?.[1];
  const command = archive?.replaceAll(bed.configuration.engineFile, configFile);
  sandbox.write(
    auto,
    `${readFileSync(auto, 'utf8')}\nport = '${port}'\nunix_socket_directories = '${socketDirectory}'\narchive_command = '${command}'\n`,
  );
  const control = (...words: readonly string[]) =>
    sandbox.mustRun(`${cluster.binaries.directory}/pg_ctl`, ['-D', directory, '-w', ...words]);
  const stop = async (): Promise<void> => void (await control('stop', '-m', 'fast'));
  await control('start', '-l', sandbox.file(`${name}.log`));
  let isUp = true;
  const end = async (): Promise<void> => {
    if (isUp) await stop();
    isUp = false;
  };
  sandbox.defer(end);
  const place = { ...cluster, port, socketDirectory };
  await waitUntil(`the copy ${name} has left recovery`, async () => {
    const [row] = await runSql(place, 'SELECT pg_is_in_recovery() AS recovering');
    return row?.['recovering'] === 'f';
  });
  return { directory, sql: (statements, options) => runSql(place, statements, options?.database), stop: end };
}
