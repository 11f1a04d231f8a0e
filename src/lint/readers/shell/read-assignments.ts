import type { Variable } from '../../facts.ts';
import type { Place } from '../../lint-document.ts';
import { holdsPlaceholder } from '../../placeholder.ts';

/** `"A=b c"`, `'A=b c'`, `A="b c"`, `A='b c'`, `A=b`. */
const pair =
  /"([A-Za-z_]\w*)=([^"]*)"|'([A-Za-z_]\w*)=([^']*)'|(?<![\w"'=])([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']*))/g;

/** Variables that one line gives, as `Environment=` of systemd and `ENV` of a Dockerfile write them. */
export function readAssignments(place: Place, via: Variable['via'], line: Place): Variable[] {
  const { document } = place;
  return [...document.text.slice(place.start, place.end).matchAll(pair)].map((found) => {
    const name = found[1] ?? found[3] ?? found[5] ?? '';
    const isQuotedPair = found[5] === undefined;
    const isQuotedValue = found[6] !== undefined || found[7] !== undefined;
    const value = found[2] ?? found[4] ?? found[6] ?? found[7] ?? found[8] ?? '';
    const nameStart = place.start + found.index + (isQuotedPair ? 1 : 0);
    const nameEnd = nameStart + name.length;
    const valueStart = nameEnd + (isQuotedValue ? 2 : 1);
    return {
      name: { document, start: nameStart, end: nameEnd, value: name, unknown: false },
      value: {
        document,
        start: valueStart,
        end: valueStart + value.length,
        value,
        unknown: holdsPlaceholder(value),
      },
      via,
      line,
    };
  });
}
