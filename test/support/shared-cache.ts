import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request as ask } from 'node:http';

type Fetched = Readonly<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>;
/** `freshUntilMs`: until when it may be given out, milliseconds since 1970; what is being fetched is waited for. */
type Stored = { readonly fetched: Promise<Fetched>; freshUntilMs: number };

/** Of a connection, not of an answer (RFC 9110 7.6.1). */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** A cache in front of a service, as a CDN is (RFC 9111): whatever it may keep, it answers by itself. */
export type SharedCache = { url: string; close(): Promise<void> };

/** Puts one on a free port. Requests for what is being fetched wait for that. */
export async function startSharedCache(origin: string): Promise<SharedCache> {
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
  const server = createServer(({ url = '', headers }, response) => {
    find(url, headers['accept-encoding'] ?? '').then(
      (fetched) => response.writeHead(fetched.status, fetched.headers).end(fetched.body),
      () => response.writeHead(502).end(),
    );
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

/** RFC 9111 4.2.1: for a shared cache `s-maxage` counts before `max-age`. */
function freshS(cacheControl = ''): number {
  if (/no-store|no-cache|private/.test(cacheControl)) return 0;
  const [, seconds] =
    /s-maxage=(\d+)/.exec(cacheControl) ?? /max-age=(\d+)/.exec(cacheControl) ?? [];
  return Number(seconds ?? 0);
}
