import { findingsExitCode } from '../../model/finding.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import { seeArchives } from '../look-at-archives.ts';
import { drawWindows } from '../output/draw-windows.ts';

/** `holdfast windows`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const archives = await seeArchives({ stanza, repositories }, context, { fresh: input.flag('now') });
  return {
    data: { stanza: stanza.name, repositories: archives },
    text: drawWindows(archives, context.now(), context.terminal.columns),
    exitCode: findingsExitCode(archives.flatMap(({ findings }) => findings)),
  };
};
