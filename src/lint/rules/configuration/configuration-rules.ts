import type { RuleFamily } from '../../lint-rule.ts';
import { storeRules } from './archiving-and-stores.ts';
import { variableRules } from './environment-variables.ts';
import { structureRules } from './file-structure.ts';
import { hostRules } from './hosts.ts';
import { nameRules } from './option-names.ts';
import { sectionRules } from './option-sections.ts';
import { togetherRules } from './options-together.ts';
import { valueRules } from './option-values.ts';
import { repositoryRules } from './repositories.ts';
import { retentionRules } from './retention.ts';
import { stanzaRules } from './stanzas.ts';

/** Rules about what pgBackRest is told: its files and its environment. */
export const configurationRules: RuleFamily = {
  title: 'Configuration of pgBackRest',
  rules: [
    ...structureRules,
    ...nameRules,
    ...sectionRules,
    ...valueRules,
    ...togetherRules,
    ...variableRules,
    ...retentionRules,
    ...repositoryRules,
    ...hostRules,
    ...stanzaRules,
    ...storeRules,
  ],
};
