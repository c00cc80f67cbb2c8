import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** What is asked of the process itself, without a proxy between: also at its usual address. */
const MONITORING: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * What an address is inside of the service, which knows nothing of where it is served: `/live/tea` is
 * `/tea` under the base `/live`. Null for an address outside of it.
 *
 * @param basePath without a slash at the end; empty: the service has the whole host
 */
export function withoutBase(url: string, basePath: string): string | null {
  if (basePath === '') return url;
  if (url.startsWith(`${basePath}/`)) return url.slice(basePath.length);
  const [path = ''] = url.split('?', 1);
  if (path === basePath) return `/${url.slice(basePath.length)}`;
  return MONITORING.has(path) ? url : null;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Lets everything behind an HTTP server, sockets as well, see addresses without the base path. To be
 * called when nobody takes requests in front of the others any more.
 *
 * @param outside answers requests for other addresses
 */
export function serveUnder(server: Server, basePath: string, outside: Answer): void {
  if (basePath === '') return;
  const answer = inFrontOf(server, 'request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = withoutBase(request.url ?? '', basePath);
    if (url === null) {
      outside(request, response);
      return;
    }
    request.url = url;
    answer(request, response);
  });
  const upgrade = inFrontOf(server, 'upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = withoutBase(request.url ?? '', basePath);
    if (url === null) {
      socket.destroy();
      return;
    }
    request.url = url;
    upgrade(request, socket, head);
  });
}

/** Takes the place of all who listen, and answers what passes an event on to them. */
function inFrontOf(server: Server, event: 'request' | 'upgrade') {
  const others = server.listeners(event);
  server.removeAllListeners(event);
  return (...args: unknown[]): void => {
    for (const other of others) Reflect.apply(other, server, args);
  };
}

/** What is used here of Fastify's reply. */
type Headers = {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string | string[]): unknown;
};

/** Puts the base path in front of the service's own addresses in the headers of an answer. Cookies have their path already. */
export function addBase(reply: Headers, basePath: string): void {
  change(reply, 'location', (value) => value.replace(/^\/(?!\/)/, `${basePath}/`));
  change(reply, 'link', (value) => value.replaceAll(/<\/(?!\/)/g, `<${basePath}/`));
}

function change(reply: Headers, name: string, edit: (value: string) => string): void {
  const value = reply.getHeader(name);
  if (value === undefined) return;
  reply.header(name, Array.isArray(value) ? value.map((one) => edit(one)) : edit(String(value)));
}
