import { planFileWrites, type FileChange } from '../../engine/conf/plan-file-writes.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import { resolveSecrets } from '../../engine/conf/secret-values.ts';
import type { SetupContext } from './setup-deps.ts';
import { supersededIncludes } from './superseded-includes.ts';

/** This host's generated files, compared with what is there. Holds secrets: never print or keep it. */
export async function planFiles(
  context: Pick<SetupContext, 'configuration' | 'engine' | 'cores' | 'resolveSecret'>,
): Promise<FileChange[]> {
  const { configuration, engine, cores } = context;
  const secrets = await resolveSecrets(configuration, undefined, (reference) =>
    context.resolveSecret(reference),
  );
  const rendered = renderConf(configuration, { version: engine.version, machine: { cores }, secrets });
  const { includeDirectory } = configuration.engine;
  return planFileWrites([
    ...rendered,
    ...(await supersededIncludes(includeDirectory, rendered, configuration.file)),
  ]);
}
