import { parseYaml } from '../../config/parse.ts';
import type { PlainValue } from '../../config/source-tree.ts';
import type { EnvironmentFile, EnvironmentVariable, UnreadableLine } from './environment-variable.ts';

/** What an encrypted file, or an encrypted value, of Ansible begins with. */
export const vaultMark = '$ANSIBLE_VAULT;';

/**
 * Reads the variables of an Ansible file (group_vars, an unencrypted vault): the texts, numbers and booleans of one
 * mapping. Lists and mappings below it are variables of other things and left out. Never throws.
 *
 * @param file name for positions
 */
export function readVariableMapping(text: string, file: string): EnvironmentFile {
  const { tree, problems } = parseYaml(text, file);
  const unreadable: UnreadableLine[] = problems.map(({ position, problem }) => ({
    position,
    problem: `cannot be read as YAML: ${problem}`,
    // A tag that is not known (Ansible's !vault) hides nothing but its own value.
    hidesRest: tree === undefined,
  }));
  const variables = new Map<string, EnvironmentVariable>();
  const root = tree?.root;
  if (tree !== undefined && isMapping(root)) {
    for (const [name, value] of Object.entries(root)) {
      if (typeof value === 'object' && value !== null) continue;
      const position = tree.positionOf([name], 'key');
      const placeholder = typeof value === 'string' ? /\{\{\s*([^}]+?)\s*\}\}/.exec(value)?.[1] : undefined;
      variables.set(name, {
        name,
        value: value === null ? undefined : String(value).trim(),
        position,
        unresolved: placeholder === undefined ? [] : [placeholder],
      });
    }
  }
  return { file, form: 'yaml', variables, overridden: [], unreadable };
}

/** True for text that is a mapping of names, and not lines of NAME=value. */
export function looksLikeMapping(text: string): boolean {
  const lines = text.split('\n').filter((line) => /^[^\s#]/.test(line) && !line.startsWith('---'));
  return lines.length > 0 && lines.every((line) => /^["']?[A-Za-z_][\w-]*["']?\s*:(?:\s|$)/.test(line));
}

function isMapping(value: PlainValue | undefined): value is { [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
