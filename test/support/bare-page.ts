import { readFile } from 'node:fs/promises';
import { type LocalServer, serveLocally } from './local-server.js';

/** Third-party players: the browser bundle in each package, and our script that uses it. */
const PLAYERS = {
  'hls.js': { library: 'hls.js/dist/hls.min.js', page: 'hls-js.js' },
  'video.js': { library: 'video.js/dist/video.min.js', page: 'video-js.js' },
  shaka: { library: 'shaka-player/dist/shaka-player.compiled.js', page: 'shaka.js' },
} as const;

export type BarePlayer = keyof typeof PLAYERS;

/** Serves a page with nothing but a player and a video, on its own origin. */
export async function serveBarePage(player: BarePlayer): Promise<LocalServer> {
  const { library, page } = PLAYERS[player];
  const scripts = new Map([
    ['/player.js', await readFile(new URL(`../../node_modules/${library}`, import.meta.url))],
    ['/page.js', await readFile(new URL(`pages/${page}`, import.meta.url))],
  ]);
  const tags = [...scripts.keys()].map((path) => `<script src="${path}"></script>`).join('');
  const html = `<!doctype html><title>${player}</title><video muted autoplay playsinline></video>${tags}`;
  return serveLocally((request, response) => {
    const script = scripts.get(request.url ?? '');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ?? html);
  });
}
