import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { z } from 'zod';
import type { Evaluates } from './clock-picture.js';

const SCRIPTS = {
  '/hls.js': new URL('../../node_modules/hls.js/dist/hls.min.js', import.meta.url),
  '/page.js': new URL('pages/hls-js.js', import.meta.url),
};
const HTML = `<!doctype html><title>hls.js</title><video muted autoplay playsinline></video>${Object.keys(
  SCRIPTS,
)
  .map((path) => `<script src="${path}"></script>`)
  .join('')}`;

/** A page of another site with nothing on it but hls.js and a video. */
export type HlsJsPage = { url: string; close(): Promise<void> };

const Complaint = z.object({
  type: z.string(),
  details: z.string(),
  fatal: z.boolean(),
  why: z.string(),
  /** The segment and the part of it that it is about. */
  sn: z.union([z.number(), z.string()]).nullable(),
  part: z.number().nullable(),
  /** Where playback was. */
  atS: z.number(),
});

/** One `error` event of hls.js. */
export type Complaint = z.output<typeof Complaint>;

/** Serves it on a free port, so from an origin of its own. */
export async function serveHlsJs(): Promise<HlsJsPage> {
  const scripts = new Map<string, Buffer>();
  for (const [path, file] of Object.entries(SCRIPTS)) scripts.set(path, await readFile(file));
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? HTML);
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

/** Begins to play in that page. */
export async function playWithHlsJs(page: Evaluates, url: string): Promise<void> {
  await page.evaluate(`bareHlsJs.play(${JSON.stringify(url)})`);
}

/** All that hls.js reported as an error so far, fatal or not. */
export async function complaintsOf(page: Evaluates): Promise<Complaint[]> {
  return z.array(Complaint).parse(await page.evaluate('bareHlsJs.errors'));
}
