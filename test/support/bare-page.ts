import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/** Players of others: the file that their packages have for pages, and ours that uses it. */
const PLAYERS = {
  'hls.js': { library: 'hls.js/dist/hls.min.js', page: 'hls-js.js' },
  'video.js': { library: 'video.js/dist/video.min.js', page: 'video-js.js' },
  shaka: { library: 'shaka-player/dist/shaka-player.compiled.js', page: 'shaka.js' },
} as const;

export type BarePlayer = keyof typeof PLAYERS;

/** A page of another site with nothing on it but a player and a video. */
export type BarePage = { url: string; close(): Promise<void> };

/** Serves it on a free port, so from an origin of its own. */
export async function serveBarePage(player: BarePlayer): Promise<BarePage> {
  const { library, page } = PLAYERS[player];
  const scripts = new Map([
    ['/player.js', await readFile(new URL(`../../node_modules/${library}`, import.meta.url))],
    ['/page.js', await readFile(new URL(`pages/${page}`, import.meta.url))],
  ]);
  const tags = [...scripts.keys()].map((path) => `<script src="${path}"></script>`).join('');
  const html = `<!doctype html><title>${player}</title><video muted autoplay playsinline></video>${tags}`;
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? html);
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
