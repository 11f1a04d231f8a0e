import { readFile } from 'node:fs/promises';
import { quoteForShell } from '../model/quote-for-shell.ts';
import { findPostmaster } from './postmaster-processes.ts';

/**
 * What pg_ctl has to be told with `-o` so that a restart finds the cluster; undefined where nothing has to be told.
 *
 * pg_ctl takes the options of the last start from postmaster.opts. A data directory that was given there relative
 * (`pg_ctl -D data start`) comes after our own and is looked for below our working directory, so that the server stops
 * and does not come back. Then the options are given as the postmaster has them, without its `-D`
 * (PostgreSQL `src/bin/pg_ctl/pg_ctl.c`, read_post_opts and do_start).
 */
export async function readRestartOptions(dataDirectory: string): Promise<string | undefined> {
  const postmaster = await findPostmaster(dataDirectory);
  if (postmaster === undefined) return undefined;
  const line = await readFile(`/proc/${postmaster.pid}/cmdline`, 'utf8').catch(() => '');
  return restartOptions(line.split('\0').slice(1, -1));
}

/** @param args the arguments of a postmaster, its name not among them */
export function restartOptions(args: readonly string[]): string | undefined {
  const kept: string[] = [];
  let isRelative = false;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const attached = /^(?:-D|--data[-_]directory=)(.+)$/s.exec(word)?.[1];
    if (word !== '-D' && attached === undefined) {
      kept.push(word);
      continue;
    }
    if (word === '-D') index += 1;
    isRelative ||= (attached ?? args[index])?.startsWith('/') !== true;
  }
  return isRelative ? kept.map(quoteForShell).join(' ') : undefined;
}
