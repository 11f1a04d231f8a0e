import { Failure } from '../model/failure.ts';
import type { CommandContext } from './context.ts';

/** What a person is asked. */
export interface ConsentRequest {
  /** A verb phrase: `restore stanza main`. */
  readonly operation: string;
  readonly question: string;
  /** The word that must be typed; undefined: `yes` or `y`. For what cannot be undone it is a name. */
  readonly word?: string | undefined;
  /** What would be done, for `--json`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Asks on the terminal, unless `--yes` was given.
 *
 * @throws Failure consent-needed when the answer is another one, or when there is nobody to ask
 */
export async function askConsent(context: CommandContext, request: ConsentRequest): Promise<void> {
  if (context.globals.yes) return;
  const { ask } = context.terminal;
  if (ask === undefined) {
    throw new Failure('consent-needed', {
      operation: request.operation,
      problem: 'it needs a yes, and there is no terminal to ask on',
      hint: 'Look at what would be done, above or with --plan, and run it again with --yes.',
      details: request.details,
    });
  }
  const choices = request.word === undefined ? 'yes/no' : `type ${request.word} to go on`;
  const answer = await answerTo(`${request.question} [${choices}] `, ask, request, context.signal);
  const agreed = request.word === undefined ? /^y(es)?$/i.test(answer) : answer === request.word;
  if (agreed) return;
  throw new Failure('consent-needed', {
    operation: request.operation,
    problem: 'not confirmed, nothing was changed',
    hint: 'Run it again when you are ready.',
  });
}

/** @throws Failure interrupted when Ctrl-C was the answer */
async function answerTo(
  question: string,
  ask: NonNullable<CommandContext['terminal']['ask']>,
  request: ConsentRequest,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await ask(question, signal)) ?? '';
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Failure('interrupted', {
      operation: request.operation,
      problem: 'stopped before it was confirmed, nothing was changed',
      cause: error,
    });
  }
}
