/*
 * Templates of YAML files are not YAML: `key: {{ value }}` opens a mapping in a mapping and `{% if … %}` is nothing
 * at all. Each character of a placeholder is exchanged for one of the private use area, one for one, so that every
 * offset stays right and the text can be put back afterwards.
 */
const privateArea = 0xe000;
const hidden = /[\uE009\uE00A\uE00D\uE020-\uE07E\uE120-\uE17E]/;
const allHidden = new RegExp(hidden, 'g');

/** `{{ … }}`, `{% … %}`, `{# … #}` and `${…}`; the shortest that closes, and soon, and before another opens. */
const placeholders =
  /\{\{(?:(?!\{\{)[\s\S]){0,2000}?\}\}|\{%[\s\S]{0,2000}?%\}|\{#[\s\S]{0,2000}?#\}|\$\{[^{}\n]{0,500}\}/g;

/**
 * A line that holds nothing but statements or calls of a template, and a comment: `{% for … %}`,
 * `{{- toYaml . | nindent 4 }}`, `{% endif %} # end of it`.
 */
const statementLine = /^([ \t]*)(?:\{[{%#](?:(?![}%#]\}).)*[}%#]\}[ \t]*)+(?:#.*)?\r?$/gm;

/**
 * The text with each placeholder made harmless for a YAML parser. A line of template statements becomes a comment.
 *
 * @returns a text of the same length
 */
export function maskTemplates(text: string): string {
  if (!text.includes('{') || hidden.test(text)) return text;
  const commented = text.replace(statementLine, (line, indentation: string) => {
    const at = indentation.length;
    return `${indentation}#${hide(line.slice(at + 1, at + 2), 0xe100)}${hide(line.slice(at + 2), privateArea)}`;
  });
  return commented.replace(placeholders, (found) =>
    // Over several lines of a comment: the marks in front of the lines must stay.
    /\n[ \t]*#/.test(found) ? found : hide(found, privateArea),
  );
}

/** Puts back what {@link maskTemplates} took out of a value. */
export function unmaskTemplates(value: string): string {
  return value
    .replace(/#(?=[\uE120-\uE17E])/g, '{')
    .replace(allHidden, (character) => String.fromCharCode(character.charCodeAt(0) % 0x100));
}

/** Line breaks too: what is indented less than YAML wants it would end a text in quotes, or a block. */
function hide(text: string, area: number): string {
  return text.replace(/[\t\n\r -~]/g, (character) => String.fromCharCode(area + character.charCodeAt(0)));
}
