import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { build } from 'vite';
import { type LocalServer, serveLocally } from './local-server.js';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.woff2': 'font/woff2',
};

/**
 * Builds a page the way the service's pages are built, with workers and fonts in separate files,
 * and serves it.
 * @param script a module of test/support/pages, which can import the web client
 */
export async function serveBuiltPage(script: string): Promise<LocalServer> {
  const folder = await mkdtemp(join(tmpdir(), 'built-page-'));
  const [source, output] = [join(folder, 'source'), join(folder, 'output')];
  await mkdir(source);
  const entry = resolve(import.meta.dirname, 'pages', script);
  const html = `<!doctype html><title>${script}</title><body><script type="module" src=${JSON.stringify(`/@fs${entry}`)}></script>`;
  await writeFile(join(source, 'index.html'), html);
  await build({
    configFile: false,
    logLevel: 'error',
    root: source,
    base: './',
    plugins: [{ name: 'absolute', resolveId: (id) => (id === `/@fs${entry}` ? entry : null) }],
    build: { outDir: output, minify: false, assetsInlineLimit: 0, target: 'chrome123' },
  });
  const server = await serveLocally((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    const file = join(output, path === '/' ? 'index.html' : path);
    readFile(file).then(
      (content) => {
        response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  return {
    url: server.url,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
