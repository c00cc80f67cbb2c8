import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { type LocalServer, serveLocally } from './local-server.js';

/**
 * Serves a page with one script and a video on a free port, and therefore on its own origin.
 * @param script a module in test/support/pages, which imports unmodified npm packages
 */
export async function serveOtherSite(script: string): Promise<LocalServer> {
  const code = await bundled(fileURLToPath(new URL(`pages/${script}`, import.meta.url)));
  const html =
    '<!doctype html><title>Another site</title><video muted autoplay playsinline></video><script src="/page.js"></script>';
  return serveLocally(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : html);
  });
}

/** Bundles the module and its imports into one script for browsers. */
async function bundled(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'otherSite' } },
  });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error(`${entry} could not be bundled`);
  return output.output[0].code;
}
