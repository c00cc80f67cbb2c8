import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** A page of another site. */
export type OtherSite = { url: string; close(): Promise<void> };

/**
 * Serves a page with one script and a video on a free port, so from an origin of its own.
 *
 * @param script a module of test/support/pages; what it imports comes from npm as it is
 */
export async function serveOtherSite(script: string): Promise<OtherSite> {
  const code = await bundled(fileURLToPath(new URL(`pages/${script}`, import.meta.url)));
  const html =
    '<!doctype html><title>Another site</title><video muted autoplay playsinline></video><script src="/page.js"></script>';
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** The module and all that it imports as one script for browsers. */
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
