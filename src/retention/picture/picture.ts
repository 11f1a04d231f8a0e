import { Markup, markup } from '../../report/page/markup.ts';
import { alonePictureStyle } from './picture-style.ts';

/** A drawing with what is read aloud for it. */
export interface Picture {
  /** Unique on a page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: Markup;
}

/** A picture in a page whose style has that of pictures. */
export function embedPicture(picture: Picture): Markup {
  return markup`<div class="picture" tabindex="0" role="group" aria-label="${picture.title}">${svgOf(picture)}</div>`;
}

/** A file of its own. Pictures stand below each other. */
export function writePicture(pictures: readonly Picture[]): string {
  const width = Math.max(...pictures.map((one) => one.width));
  const height = pictures.reduce((sum, one) => sum + one.height, 0);
  let top = 0;
  const parts = pictures.map((picture) => {
    const part = markup`<svg class="picture" y="${top}" width="${picture.width}" height="${picture.height}" role="img" aria-labelledby="${picture.id}-title ${picture.id}-said">
<title id="${picture.id}-title">${picture.title}</title>
<desc id="${picture.id}-said">${picture.description}</desc>${picture.body}</svg>`;
    top += picture.height;
    return part;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${new Markup(alonePictureStyle)}</style>
<rect class="paper" width="${width}" height="${height}"/>
${parts}
</svg>
`.text;
}

function svgOf({ id, title, description, width, height, body }: Picture): Markup {
  return markup`<svg role="img" aria-labelledby="${id}-title ${id}-said" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
<title id="${id}-title">${title}</title>
<desc id="${id}-said">${description}</desc>${body}
</svg>`;
}
