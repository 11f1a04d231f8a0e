import { engineVerdictRules } from '../engine-verdict/engine-verdict-rules.ts';
import type { LintRule, RuleFamily } from '../lint-rule.ts';
import { commandsRules } from './commands/commands-rules.ts';
import { configurationRules } from './configuration/configuration-rules.ts';
import { deploymentRules } from './deployments/deployment-rules.ts';
import { proceduresRules } from './procedures/procedures-rules.ts';
import { schedulesRules } from './schedules/schedules-rules.ts';
import { secretRules } from './secrets/secret-rules.ts';
import { serverRules } from './server/server-rules.ts';

/** Every family, in the order of docs/lint.md. */
export const allFamilies: readonly RuleFamily[] = [
  configurationRules,
  serverRules,
  commandsRules,
  schedulesRules,
  proceduresRules,
  deploymentRules,
  secretRules,
  engineVerdictRules,
];

/** Every rule of every family. */
export const allRules: readonly LintRule[] = allFamilies.flatMap((family) => family.rules);
