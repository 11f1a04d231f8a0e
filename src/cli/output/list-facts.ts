import { printable } from './printable.ts';

/**
 * Names and values, one a line, values aligned. Lines without a value are left out.
 *
 * @returns text that ends with a newline; empty when nothing is left
 */
export function listFacts(facts: readonly (readonly [string, string | undefined])[]): string {
  const known = facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined);
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`).join('');
}
