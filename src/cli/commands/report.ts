import { Failure } from '../../model/failure.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import { listReports, showReport, showTrends } from '../report/show-reports.ts';
import { showKeys } from '../report/show-keys.ts';
import { verifyReports } from '../report/verify-reports.ts';

/** `holdfast report`. */
export const run: CommandModule['run'] = async (input, context) => {
  const action = input.argument('action') ?? 'list';
  refuseUseless(input, action);
  if (action === 'show') return showReport(input, context);
  if (action === 'verify') return verifyReports(input, context);
  if (action === 'trends') return showTrends(input, context);
  if (action === 'key') return showKeys(input, context);
  return listReports(input, context);
};

/** Options and words that belong to each action. */
const belongings: Readonly<Record<string, readonly string[]>> = {
  list: ['limit'],
  show: ['html', 'subject'],
  verify: ['all', 'key', 'subject'],
  trends: ['limit'],
  key: ['rotate'],
};

/** An answer that ignores what was asked would be taken for one that does not. */
function refuseUseless(input: CommandInput, action: string): void {
  const given = [
    ...['all', 'rotate'].filter((name) => input.flag(name)),
    ...['html', 'key', 'limit'].filter((name) => input.value(name) !== undefined),
    ...(input.arguments('subject').length > 0 ? ['subject'] : []),
  ];
  const useless = given.find((name) => belongings[action]?.includes(name) !== true);
  const subjects = input.arguments('subject').length;
  const problem =
    useless === 'subject'
      ? `${action} takes no further word: ${input.arguments('subject').join(' ')}`
      : useless !== undefined
        ? `--${useless} does not go with ${action}`
        : action === 'show' && subjects !== 1
          ? 'show takes the id of one drill'
          : action === 'verify' && subjects > 0 === input.flag('all')
            ? 'verify takes ids, files or directories, or --all'
            : undefined;
  if (problem === undefined) return;
  throw new Failure('usage', {
    operation: 'read the options of report',
    problem,
    hint: 'See `holdfast report --help`.',
  });
}
