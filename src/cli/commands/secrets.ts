import { Failure } from '../../model/failure.ts';
import type { CommandModule } from '../command-definition.ts';
import { checkSecrets } from '../secrets/check-secrets.ts';
import { generateSecret } from '../secrets/generate-secret.ts';
import { planSecretRotation } from '../secrets/plan-secret-rotation.ts';

/** `holdfast secrets generate|check|rotate-plan`. */
export const run: CommandModule['run'] = (input, context) => {
  const action = input.argument('action');
  if (action !== 'generate' && input.value('output') !== undefined) {
    throw new Failure('usage', {
      operation: 'read the command line',
      problem: '--output does something only with generate',
      hint: 'Leave it out.',
    });
  }
  if (action === 'generate') return generateSecret(input, context);
  return action === 'check' ? checkSecrets(input, context) : planSecretRotation(input, context);
};
