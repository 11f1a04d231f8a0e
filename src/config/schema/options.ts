import * as z from 'zod';
import type { PlainValue } from '../source-tree.ts';

const scalarValue = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] };
const optionValue = { anyOf: [...scalarValue.anyOf, { type: 'array', items: scalarValue }] };

/**
 * An `options:` map. Only its outer shape is checked here: names and values are checked against the option table
 * (options/check-options.ts), which depends on the installed version.
 */
export const optionsSchema = z.record(z.string(), z.unknown() as z.ZodType<PlainValue, unknown>).meta({
  description:
    'Any other pgBackRest option by its name: a value or a list; or the name of a command with a mapping of options for that command alone.',
  examples: [{ 'process-max': 4, backup: { 'compress-level': 3 } }],
  additionalProperties: {
    anyOf: [...optionValue.anyOf, { type: 'object', additionalProperties: optionValue }],
  },
});
