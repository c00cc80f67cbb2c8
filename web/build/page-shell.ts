import { basename } from 'node:path';
import type { HtmlTagDescriptor, Plugin } from 'vite';

const VIEWPORT = 'width=device-width, initial-scale=1, viewport-fit=cover';

interface Options {
  /**
   * The pages with a text box at the bottom. The on-screen keyboard shrinks these pages, so it
   * doesn't cover the box.
   */
  aboveKeyboard: readonly string[];
}

/**
 * Adds the shared head and body to every page. Each HTML file contains only its title and script.
 */
export function pageShellPlugin({ aboveKeyboard }: Options): Plugin {
  return {
    name: 'onair-page-shell',
    transformIndexHtml: {
      // This runs before Vite reads the HTML, so that Vite resolves these addresses too.
      order: 'pre',
      handler: (_html, { path }) => shell(aboveKeyboard.includes(basename(path, '.html'))),
    },
  };
}

function shell(isAboveKeyboard: boolean): HtmlTagDescriptor[] {
  const viewport = isAboveKeyboard ? `${VIEWPORT}, interactive-widget=resizes-content` : VIEWPORT;
  const head = [
    { tag: 'meta', attrs: { charset: 'utf-8' } },
    { tag: 'meta', attrs: { name: 'viewport', content: viewport } },
    { tag: 'meta', attrs: { name: 'color-scheme', content: 'dark light' } },
    { tag: 'link', attrs: { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' } },
  ];
  const body = [
    { tag: 'div', attrs: { id: 'app' } },
    {
      tag: 'noscript',
      children: 'Onair needs JavaScript to play video. Enable it and reload the page.',
    },
  ];
  return [
    ...head.map((tag) => ({ ...tag, injectTo: 'head-prepend' as const })),
    ...body.map((tag) => ({ ...tag, injectTo: 'body' as const })),
  ];
}
