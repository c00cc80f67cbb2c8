import type { Boot } from '../../protocol/boot.js';
import type { Page } from './send-page.js';

/** A page's metadata for browsers, search engines and link previews. */
export type PageInfo = Readonly<{
  title: string;
  description: string;
  /** The page's public URL. */
  url: string;
  /** The public URL of a preview image; null if there is none. */
  image: string | null;
  /** Whether search engines can index the page. */
  listed: boolean;
}>;

/**
 * Matches the relative address of a file, as Vite writes it. It is made absolute, because the page
 * can have any address.
 */
const FILE = /(?<=\s(?:href|src)=")\.?\/(?!\/)/g;

/**
 * Inserts the title, preview tags and boot data into a page built by Vite. The boot data comes
 * first, because the page's scripts read it before the rest of the page has arrived.
 */
export function renderPage(template: string, info: PageInfo, boot: Boot): string {
  // Functions are used as replacements, because `$` is special in a replacement string.
  return template
    .replaceAll(FILE, () => `${boot.basePath}/`)
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(info.title)}</title>`)
    .replace('<head>', () => `<head>\n    ${bootScript(boot)}`)
    .replace(/\s*<\/head>/, () => `\n${metaTags(info)}  </head>`);
}

/** Returns a complete page that needs no build. */
export function plainPage(title: string, sentence: string): Page {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escapeHtml(title)} · Onair</title>
  </head>
  <body>
    <main>
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(sentence)}</p>
    </main>
  </body>
</html>
`;
  return { html, scriptHashes: [] };
}

/** Escapes text and double-quoted attribute values. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * Returns a script element that contains data and no code, which is allowed even if the content
 * security policy forbids inline scripts.
 */
function bootScript(boot: Boot): string {
  // Text without "<" can't close the element.
  const json = JSON.stringify(boot).replaceAll('<', String.raw`\u003c`);
  return `<script type="application/json" id="boot">${json}</script>`;
}

function metaTags({ title, description, url, image, listed }: PageInfo): string {
  const tags = [
    ['name', 'description', description],
    ['property', 'og:site_name', 'Onair'],
    ['property', 'og:type', 'website'],
    ['property', 'og:title', title],
    ['property', 'og:description', description],
    ['property', 'og:url', url],
    ['name', 'twitter:card', image === null ? 'summary' : 'summary_large_image'],
  ] as const;
  const imageTags = image === null ? [] : ([['property', 'og:image', image]] as const);
  const robots = listed ? [] : ([['name', 'robots', 'noindex']] as const);
  return [...tags, ...imageTags, ...robots]
    .map(
      ([key, name, content]) => `    <meta ${key}="${name}" content="${escapeHtml(content)}" />\n`,
    )
    .join('');
}
