import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import {
  ConfigurationProbe,
  probedCommands,
  type ProbeEngine,
} from '../../engine/probe/probe-configuration.ts';
import { Failure } from '../../model/failure.ts';

/**
 * Lets the installed pgBackRest read rendered files once for each of its commands: a file can pass `check` and fail
 * `backup`. Nothing is touched; see engine/probe.
 *
 * @throws Failure engine-configuration when it refuses them for a command
 */
export async function probeRendered(
  engine: ProbeEngine,
  files: readonly Pick<RenderedFile, 'path' | 'content'>[],
  stanzas: readonly string[],
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-probe-'));
  try {
    const probe = await ConfigurationProbe.open(engine, directory);
    const sources = files.map((file) => readConfText(file.content, file.path));
    for (const stanza of stanzas) {
      for (const command of probedCommands) {
        const { code, message } = await probe.judge(command, { stanza, sources, environment: {} });
        if (code !== undefined) throw refused(engine, { stanza, command, code, message: message ?? '' });
      }
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function refused(
  engine: ProbeEngine,
  { stanza, command, code, message }: { stanza: string; command: string; code: number; message: string },
): Failure {
  return new Failure('engine-configuration', {
    operation: `let pgbackrest ${engine.version.text} read the new configuration`,
    place: `stanza ${stanza}, command ${command}`,
    problem: `[${String(code).padStart(3, '0')}] ${message}`,
    hint: 'Nothing was written. Correct the value that it names where it came from.',
    details: { engineError: code, command },
  });
}
