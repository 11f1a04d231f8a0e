import { Failure } from '../../model/failure.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import { checkKit } from '../kit/check-kit.ts';
import { createKit } from '../kit/create-kit.ts';
import { openKit } from '../kit/open-kit.ts';

/** `holdfast kit create|open|check`. */
export const run: CommandModule['run'] = (input, context) => {
  const action = input.argument('action');
  refuseUseless(input, action ?? '');
  if (action === 'create') return createKit(input, context);
  return action === 'open' ? openKit(input, context) : checkKit(input, context);
};

/** What an action needs, and what else it takes. */
function refuseUseless(input: CommandInput, action: string): void {
  const kit = input.argument('kit');
  const out = input.value('out');
  const problem =
    action === 'create' && kit !== undefined
      ? `create takes no further word: ${kit}; the new file is named with --out`
      : action !== 'create' && kit === undefined
        ? `${action} needs the file of the kit`
        : action !== 'check' && out === undefined
          ? `${action} needs --out`
          : action === 'check' && out !== undefined
            ? '--out does not go with check, which writes nothing'
            : action !== 'check' && input.values('escrow').length > 0
              ? '--escrow goes with check only'
              : action !== 'create' && input.flag('with-secrets')
                ? '--with-secrets goes with create only'
                : undefined;
  if (problem === undefined) return;
  throw new Failure('usage', {
    operation: 'read the command line',
    problem,
    hint: 'See `holdfast kit --help`.',
  });
}
