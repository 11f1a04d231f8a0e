import { Failure } from '../../model/failure.ts';
import { longestReason } from '../../model/pin.ts';

/**
 * A reason as it can be kept.
 *
 * @throws Failure usage when it is empty, too long, or has characters that a log could not show
 */
export function readReason(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const reason = text.trim();
  const problem =
    reason === ''
      ? 'is empty'
      : reason.length > longestReason
        ? `has more than ${longestReason} characters`
        : /\p{C}/u.test(reason)
          ? 'has a control character'
          : undefined;
  if (problem === undefined) return reason;
  throw new Failure('usage', {
    operation: 'read --because',
    problem: `the text ${problem}`,
    hint: 'Write it as --because "before the upgrade to 17".',
  });
}
