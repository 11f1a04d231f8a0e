import * as z from 'zod';

/** Separates the known keys in the message of an unknown key, from where validate.ts takes its suggestion. */
export const knownKeysMark = 'known keys: ';

/**
 * A mapping with exactly these keys.
 *
 * @param shape schema of each key
 */
export function section<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const known = `${knownKeysMark}${Object.keys(shape).join(' ')}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}
