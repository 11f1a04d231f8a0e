import { configurationJsonSchema } from '../../src/config/json-schema.ts';
import type { GeneratedFile } from './generated-file.ts';

/** holdfast.schema.json: what editors complete and check with. */
export function generateConfigurationSchema(): GeneratedFile[] {
  const content = `${JSON.stringify(configurationJsonSchema(), undefined, 2)}\n`;
  return [{ path: 'holdfast.schema.json', content }];
}
