import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Monitoring paths, requested without a proxy: they also work without the base path. */
const MONITORING: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Removes the base path from a URL, because the service itself does not know it: `/live/tea`
 * becomes `/tea` under the base `/live`. Null for a URL outside of it.
 * @param basePath without a trailing slash; empty: the service has the whole host
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
 * Hides the base path from all listeners of an HTTP server, including sockets. Call it after the
 * last listener was added.
 * @param outside answers requests for other URLs
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

/** Replaces all listeners of an event, and returns a function that forwards to them. */
function inFrontOf(server: Server, event: 'request' | 'upgrade') {
  const others = server.listeners(event);
  server.removeAllListeners(event);
  return (...args: unknown[]): void => {
    for (const other of others) Reflect.apply(other, server, args);
  };
}

/** The part of Fastify's reply used here. */
type Headers = {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string | string[]): unknown;
};

/**
 * Adds the base path to the service's own URLs in response headers. Cookies already have their
 * path.
 */
export function addBase(reply: Headers, basePath: string): void {
  change(reply, 'location', (value) => value.replace(/^\/(?!\/)/, `${basePath}/`));
  change(reply, 'link', (value) => value.replaceAll(/<\/(?!\/)/g, `<${basePath}/`));
}

function change(reply: Headers, name: string, edit: (value: string) => string): void {
  const value = reply.getHeader(name);
  if (value === undefined) return;
  reply.header(name, Array.isArray(value) ? value.map((one) => edit(one)) : edit(String(value)));
}
