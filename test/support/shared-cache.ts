import { type IncomingHttpHeaders, request as ask } from 'node:http';
import { type LocalServer, serveLocally } from './local-server.js';

type Fetched = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>;
/** `freshUntilMs`: the expiry, in ms since 1970. Requests wait for a pending fetch. */
type Stored = { readonly fetched: Promise<Fetched>; freshUntilMs: number };

/** Headers that belong to a connection, not to a response (RFC 9110, section 7.6.1). */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/**
 * Starts a cache in front of a service, such as a CDN (RFC 9111): it answers from its storage
 * whenever it is allowed to. Concurrent requests for the same URL share one fetch.
 */
export async function startSharedCache(origin: string): Promise<LocalServer> {
  const stored = new Map<string, Stored>();
  const find = (path: string, encoding: string): Promise<Fetched> => {
    const key = `${encoding} ${path}`;
    const known = stored.get(key);
    if (known && known.freshUntilMs > Date.now()) return known.fetched;
    const fetched = fetchFrom(`${origin}${path}`, encoding);
    const entry: Stored = { fetched, freshUntilMs: Infinity };
    stored.set(key, entry);
    const settle = (seconds: number) => void (entry.freshUntilMs = Date.now() + 1_000 * seconds);
    fetched.then(
      ({ headers }) => settle(freshS(headers['cache-control'])),
      () => settle(0),
    );
    return fetched;
  };
  return serveLocally(({ url = '', headers }, response) => {
    find(url, headers['accept-encoding'] ?? '').then(
      (fetched) => response.writeHead(fetched.status, fetched.headers).end(fetched.body),
      () => response.writeHead(502).end(),
    );
  });
}

function fetchFrom(url: string, encoding: string): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  ask(url, { headers: { 'accept-encoding': encoding } }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode: status = 502 } = response;
      const kept = Object.entries(response.headers).filter(([name]) => !OF_CONNECTION.has(name));
      resolve({ status, headers: Object.fromEntries(kept), body: Buffer.concat(chunks) });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

/** In a shared cache, `s-maxage` takes precedence over `max-age` (RFC 9111, section 4.2.1). */
function freshS(cacheControl = ''): number {
  if (/no-store|no-cache|private/.test(cacheControl)) return 0;
  const [, seconds] =
    /s-maxage=(\d+)/.exec(cacheControl) ?? /max-age=(\d+)/.exec(cacheControl) ?? [];
  return Number(seconds ?? 0);
}
