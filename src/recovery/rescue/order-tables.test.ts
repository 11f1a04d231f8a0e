import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderTables } from './order-tables.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const name = fc.constantFrom(...names, 'elsewhere');

/** Whether one refers to the other by any way. */
function leads(from: string, to: string, references: readonly (readonly [string, string])[]): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const [child, parent] of references) {
      if (child !== one || !names.includes(parent) || seen.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return seen.has(to);
}

describe('the order of tables', () => {
  it('has what is referred to first, except within circles', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 10 }), (references) => {
        const { order, circles } = orderTables(names, references);
        expect(order.toSorted()).toEqual(names);
        for (const [child, parent] of references) {
          if (child === parent || !names.includes(child) || !names.includes(parent)) continue;
          const inCircle = leads(parent, child, references);
          expect(circles.some((one) => one.includes(child) && one.includes(parent))).toBe(inCircle);
          if (!inCircle) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(child));
        }
      }),
    );
  });
});
