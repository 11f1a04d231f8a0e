import { forEachChild, type SyntaxNode } from 'unbash';
import type { PlacedText } from '../../lint-document.ts';
import { programName, type Unwrapped } from './unwrap-words.ts';

/** What functions of a script do with what they are given, by their names. */
export type LocalFunctions = ReadonlyMap<string, LocalFunction>;

interface LocalFunction {
  /** Runs its arguments as a command: `su-exec postgres "$@"`. */
  readonly runsWords: boolean;
  /** Gives an argument to a shell: `ssh "$host" "$2"`. */
  readonly runsLine: boolean;
}

/** The functions that a text defines. */
export function findLocalFunctions(text: string, root: SyntaxNode): LocalFunctions {
  const found = new Map<string, LocalFunction>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Function') {
      const body = text.slice(node.body.pos, node.body.end);
      const runsLine =
        /\b(?:ssh|eval|(?:ba|da|z)?sh\s+-\w*c|su\b.*\s-c|(?:docker|podman|kubectl)\b.*\bexec)\b/.test(body);
      found.set(node.name.value, { runsWords: /\$[@*]/.test(body), runsLine });
    }
    forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/**
 * What a call of such a function comes down to, where it is a call of the engine: `as_postgres pgbackrest … info`,
 * `remote "$host" "pgbackrest … info"`.
 */
export function unwrapFunction(
  words: readonly PlacedText[],
  functions: LocalFunctions,
): Unwrapped | undefined {
  const [name, ...rest] = words;
  const called = name === undefined ? undefined : functions.get(name.value);
  if (called === undefined) return undefined;
  const at = rest.findIndex((word) => programName(word) === 'pgbackrest');
  const base = { assignments: [], words: [], line: undefined, readsInput: false };
  if (called.runsWords && at >= 0) {
    const wrapper = words
      .slice(0, at + 1)
      .map((word) => word.value)
      .join(' ');
    return { ...base, wrappers: [wrapper], words: rest.slice(at) };
  }
  const line = rest.find((word) => /(?:^|[\s;&|(/])pgbackrest\s+\S/.test(word.value));
  if (!called.runsLine || line === undefined) return undefined;
  return { ...base, wrappers: [name?.value ?? ''], line };
}
