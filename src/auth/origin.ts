import type { Config } from '../config/config.js';

/**
 * Whether pages of an origin can call this server. The origin must be the public address, the host
 * of the request, or one of ALLOWED_ORIGINS. A request without an origin is allowed, because
 * browsers send the header with every socket handshake, and with every cross-site request that
 * changes something.
 *
 * @param origin the request's Origin header
 * @param host the request's Host header
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  config: Config['http'],
): boolean {
  if (origin === undefined) return true;
  // The origin "null" stands for a sandboxed frame, a file or a cross-site redirect.
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  if (host !== undefined && url.host === host.toLowerCase()) return true;
  return (
    url.origin === new URL(config.publicUrl).origin || config.allowedOrigins.includes(url.origin)
  );
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The headers that identify the origin of a request. */
export type RequestOrigin = Readonly<{
  method: string;
  origin: string | undefined;
  host: string | undefined;
  /** The Sec-Fetch-Site header, which browsers send even where they omit Origin. */
  fetchSite: string | undefined;
}>;

/** Whether a request only reads, or comes from a page that is allowed to change things here. */
export function mayChangeState(request: RequestOrigin, config: Config['http']): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  if (request.origin === undefined) return request.fetchSite !== 'cross-site';
  return isAllowedOrigin(request.origin, request.host, config);
}
