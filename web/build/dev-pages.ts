import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Returns the name, without extension, of the HTML file that the server would serve for a path;
 * null if the path isn't a page.
 */
export function pageOf(path: string): string | null {
  if (path === '/') return 'index';
  if (path === '/studio') return 'studio';
  if (/^\/stage\/[a-z0-9-]{3,30}$/.test(path)) return 'guest';
  if (['/login', '/register', '/setup', '/account'].includes(path)) return 'account';
  if (path === '/admin') return 'admin';
  if (/^\/(?:recordings|clips)\/[\da-f-]{36}$/.test(path)) return 'recording';
  if (/^\/embed\/[a-z0-9-]{3,30}$/.test(path)) return 'embed';
  return /^\/[a-z0-9-]{3,30}$/.test(path) ? 'watch' : null;
}

/**
 * Serves the pages under their real paths during development, each with the boot data that the
 * server at `api` would embed.
 */
export function devPagesPlugin(api: string): Plugin {
  return {
    name: 'onair-dev-pages',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const address = request.url ?? '/';
        const page = pageOf(new URL(address, api).pathname);
        if (page === null || !request.headers.accept?.includes('text/html')) return next();
        async function serve(): Promise<void> {
          const source = await readFile(join(server.config.root, `${page}.html`), 'utf8');
          const html = await server.transformIndexHtml(`/${page}.html`, source, address);
          const boot = await bootScript(api + address, request.headers.cookie);
          response.setHeader('content-type', 'text/html; charset=utf-8');
          response.end(html.replace('</head>', () => `${boot}</head>`));
        }
        serve().catch(next);
      });
    },
  };
}

async function bootScript(address: string, cookie: string | undefined): Promise<string> {
  const response = await fetch(address, { headers: { accept: 'text/html', cookie: cookie ?? '' } });
  const page = await response.text();
  return /<script type="application\/json" id="boot">.*?<\/script>/s.exec(page)?.[0] ?? '';
}
