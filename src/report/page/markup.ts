/** Text that may stand in a page as it is. Only `markup` makes it, so that nothing gets into a page unescaped. */
export class Markup {
  readonly text: string;

  /** @param text trusted: a constant of this program, or escaped */
  constructor(text: string) {
    this.text = text;
  }
}

export type MarkupPart = Markup | string | number | readonly Markup[] | undefined;

/** A piece of a page: what is put in is escaped, for elements and for attributes in double quotes, but for markup. */
export function markup(constants: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  const text = constants.map((constant, index) => {
    const part = parts[index];
    return `${constant}${part === undefined ? '' : render(part)}`;
  });
  return new Markup(text.join(''));
}

function render(part: Exclude<MarkupPart, undefined>): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escapeText(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * What is not to be markup. Control characters and noncharacters, which HTML forbids, and those that turn the direction of writing
 * around, with which a name could be made to read as another (CVE-2021-42574), become U+FFFD.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Noncharacter_Code_Point}\u202A-\u202E\u2066-\u2069]/gu, (character) =>
      character === '\n' || character === '\t' ? character : '\uFFFD',
    )
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
