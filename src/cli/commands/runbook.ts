import { stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { applyFileWrites } from '../../engine/conf/apply-file-writes.ts';
import { planFileWrites } from '../../engine/conf/plan-file-writes.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import { currentUser } from '../../process/os-user.ts';
import { runbookFiles } from '../../render/runbook/render-runbook.ts';
import type { Runbook } from '../../render/runbook/runbook.ts';
import { writeRunbookMarkdown } from '../../render/runbook/write-markdown.ts';
import { writeRunbookPage } from '../../render/runbook/write-page.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { makeRunbook } from '../runbook/make-runbook.ts';

/** `holdfast runbook`. */
export const run: CommandModule['run'] = async (input, context) => {
  const runbook = await makeRunbook(context, input.value('host'));
  const out = input.value('out');
  if (out !== undefined) return writeRunbook(runbook, resolve(out), input, context);
  const text = input.value('format') === 'html' ? writeRunbookPage(runbook) : writeRunbookMarkdown(runbook);
  return { data: { runbook }, text };
};

async function writeRunbook(
  runbook: Runbook,
  out: string,
  input: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const owner = currentUser().name;
  const files: RenderedFile[] = (await chooseFiles(runbook, out, input.value('format'))).map((file) => ({
    ...file,
    owner,
    secret: false,
  }));
  const changes = await planFileWrites(files);
  const { written, saved } = await applyFileWrites(changes, {
    currentUid: context.uid,
    force: input.flag('force'),
  });
  return {
    data: { runbook, written, saved },
    text: [
      ...written.map((path) => `wrote ${path}\n`),
      ...saved.map((path) => `kept the edited file as ${path}\n`),
      ...changes.filter(({ state }) => state === 'same').map(({ path }) => `${path} is as it should be\n`),
    ].join(''),
  };
}

/** All three into a directory, or the one that the name of the file or --format says. */
async function chooseFiles(
  runbook: Runbook,
  out: string,
  format: string | undefined,
): Promise<readonly Pick<RenderedFile, 'path' | 'content' | 'mode'>[]> {
  const files = runbookFiles(runbook, 'holdfast runbook');
  const isDirectory = await stat(out).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const ending = isDirectory ? '' : extname(out);
  const wanted = files.find(({ path }) => path === `runbook.${format ?? ending.slice(1)}`);
  if (wanted !== undefined && (ending !== '' || format === undefined)) return [{ ...wanted, path: out }];
  if (format !== undefined || ending !== '') {
    throw new Failure('usage', {
      operation: 'choose where the runbook goes',
      place: out,
      problem:
        format === undefined
          ? 'the name says none of the forms .md, .html and .json'
          : '--format goes with a file, and this is a directory',
      hint: 'Name a file such as runbook.html, or a directory without --format.',
    });
  }
  return files.map((file) => ({ ...file, path: join(out, file.path) }));
}
