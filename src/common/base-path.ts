import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * The monitoring paths. They work even without the base path, because they are requested directly
 * and not through a proxy.
 */
const MONITORING: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/**
 * Removes the base path from a URL, so that the rest of the server doesn't need to know it: with
 * the base path `/live`, `/live/tea` becomes `/tea`. Returns null for a URL outside the base path.
 * @param basePath the base path without a trailing slash; empty if the server uses the whole host
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
 * Hides the base path from all listeners of an HTTP server, including those of sockets. Must be
 * called after the last listener has been added.
 * @param outside handles requests for URLs outside the base path
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

/** Removes all listeners of an event and returns a function that forwards to them. */
function inFrontOf(server: Server, event: 'request' | 'upgrade') {
  const others = server.listeners(event);
  server.removeAllListeners(event);
  return (...args: unknown[]): void => {
    for (const other of others) Reflect.apply(other, server, args);
  };
}

/** The part of Fastify's reply that is used here. */
type Headers = {
  getHeader(name: string): number | string | string[] | undefined;
  header(name: string, value: string | string[]): unknown;
};

/** Adds the base path to the server's own URLs in response headers. Cookies already include it. */
export function addBase(reply: Headers, basePath: string): void {
  change(reply, 'location', (value) => value.replace(/^\/(?!\/)/, `${basePath}/`));
  change(reply, 'link', (value) => value.replaceAll(/<\/(?!\/)/g, `<${basePath}/`));
}

function change(reply: Headers, name: string, edit: (value: string) => string): void {
  const value = reply.getHeader(name);
  if (value === undefined) return;
  reply.header(name, Array.isArray(value) ? value.map((one) => edit(one)) : edit(String(value)));
}
