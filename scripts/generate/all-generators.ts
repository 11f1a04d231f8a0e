import { generateAlertsGuide } from './alerts-guide.ts';
import { generateCommandReference } from './cli-reference.ts';
import { generateConfigurationGuide } from './configuration-guide.ts';
import { generateConfigurationSchema } from './configuration-schema.ts';
import { generateExamples } from './examples.ts';
import { generateFailureList } from './failure-list.ts';
import { generateFindingsGuide } from './findings-guide.ts';
import { generateLintGuide } from './lint-guide.ts';
import { generateMetricsList } from './metrics-list.ts';
import type { Generator } from './generated-file.ts';

/** Everything that `npm run generate` makes. */
export const allGenerators: readonly Generator[] = [
  generateAlertsGuide,
  generateConfigurationSchema,
  generateConfigurationGuide,
  generateCommandReference,
  generateExamples,
  generateFailureList,
  generateFindingsGuide,
  generateLintGuide,
  generateMetricsList,
];
