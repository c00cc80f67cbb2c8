import type { Boot } from '../protocol/boot.js';

/** What a page says of itself to browsers, search engines and chat programs that preview links. */
export type PageInfo = Readonly<{
  title: string;
  description: string;
  /** The page's public address. */
  url: string;
  /** The public address of a picture of it, if there is one. */
  image: string | null;
  /** Whether search engines may keep it. */
  listed: boolean;
}>;

/** A file beside the page, as Vite names it: the page can have any address. */
const FILE = /(?<=\s(?:href|src)=")\.?\/(?!\/)/g;

/** Writes title, preview tags, boot data and where its files are into a page that Vite built. */
export function renderPage(template: string, info: PageInfo, boot: Boot): string {
  // Functions, because a replacement text gives `$` a meaning.
  return template
    .replaceAll(FILE, () => `${boot.basePath}/`)
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(info.title)}</title>`)
    .replace(/\s*<\/head>/, () => `\n${metaTags(info)}    ${bootScript(boot)}\n  </head>`);
}

/** A whole page for when there is no page to show. */
export function plainPage(title: string, sentence: string): string {
  return `<!doctype html>
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
}

/** For text and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Data, not code: a content security policy without inline scripts lets it be. */
function bootScript(boot: Boot): string {
  // Without a "<" nothing in it can end the element.
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
