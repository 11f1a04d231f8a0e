import { Markup, markup } from './markup.ts';
import { pageStyle } from './page-style.ts';

/** A page for people: one file that names nothing outside of itself and runs nothing. */
export interface Page {
  readonly title: string;
  /** Behind the style that all pages have. */
  readonly style?: string | undefined;
  readonly body: Markup;
}

/** The page as HTML. Pure: the same page gives the same text. */
export function writePage({ title, style = '', body }: Page): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Markup(pageStyle + style)}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`.text;
}
