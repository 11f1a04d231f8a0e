import type { RuleFamily } from '../../lint-rule.ts';
import {
  secretCommitted,
  secretInManifest,
  secretPublished,
  secretReadableByAll,
} from './exposed-secrets.ts';
import { passphrasePublic, passphraseShared, passphraseWeak } from './passphrase-rules.ts';

/** Secrets where others can read them, and secrets that are none. */
export const secretRules: RuleFamily = {
  title: 'Secrets',
  rules: [
    secretCommitted,
    secretReadableByAll,
    secretPublished,
    secretInManifest,
    passphrasePublic,
    passphraseWeak,
    passphraseShared,
  ],
};
