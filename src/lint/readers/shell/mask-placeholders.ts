/** Stands in masked text where something stood that is filled in later. In the private use area: no program has it. */
export const maskCharacter = '\uE000';

/** Stands where a character has no meaning for a shell that it would have elsewhere. */
export const literalCharacter = '\uE001';

/** `{{ name }}`, also as GitHub's `${{ name }}`. */
const jinjaValue = /\$?\{\{[\s\S]*?\}\}/g;
/** `{% for … %}` and `{# … #}`: no part of any word. */
const jinjaStatement = /\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
/** `<access-key>`: touches both brackets and has no file descriptor in front, so it is no redirection. */
const angle = /(?<![<\w])<[A-Za-z](?:[\w .:/-]*\w)?>(?!\()/g;
const prompt = /^[ \t]*(?:(?:\[?[\w.-]+@\S*(?: [^\s\]]+)?\]?)?\$|\[?[\w.-]+@\S*(?: [^\s\]]+)?\]?#) (?=\S)/;

/**
 * Shell text in which placeholders are single words, so that it can be parsed; exactly as long as the text. Lines that
 * end as on Windows end as everywhere: with the carriage return a backslash would join nothing.
 */
export function maskPlaceholders(text: string): string {
  return text
    .replaceAll(jinjaStatement, (found) => found.replaceAll(/[^\n]/g, ' '))
    .replaceAll(jinjaValue, fill)
    .replaceAll(angle, fill)
    .replaceAll('\\\r\n', ' \\\n')
    .replaceAll('\r\n', ' \n');
}

/**
 * Blanks out prompts (`$ `, `user@host:~$ `), and with them every line without one: it is output. Only in text that
 * begins with a prompt, for a script may show one in its own help. As long as the text.
 */
export function maskPrompts(text: string): string {
  const lines = text.split('\n');
  const first = lines.find((line) => !/^\s*(?:#.*)?$/.test(line) || prompt.test(line));
  if (first === undefined || !prompt.test(first)) return text;
  let continued = false;
  return lines
    .map((line) => {
      const found = prompt.exec(line)?.[0];
      const kept = continued ? line.replace(/^> /, '  ') : blankPrompt(line, found);
      continued = (continued || found !== undefined) && line.endsWith('\\');
      return kept;
    })
    .join('\n');
}

function blankPrompt(line: string, found: string | undefined): string {
  return found === undefined ? ' '.repeat(line.length) : ' '.repeat(found.length) + line.slice(found.length);
}

function fill(found: string): string {
  return maskCharacter.repeat(found.length);
}
