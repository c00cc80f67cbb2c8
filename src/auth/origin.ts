import type { Config } from '../config/config.js';

/**
 * Whether a page of that origin may call this server: the public address, the host that the request
 * was sent to, or one of ALLOWED_ORIGINS. A request without an origin is not from a page of another
 * site: browsers always name it there.
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
  // "null": a sandboxed frame, a file, a redirect across sites.
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return false;
  if (host !== undefined && url.host === host.toLowerCase()) return true;
  return (
    url.origin === new URL(config.publicUrl).origin || config.allowedOrigins.includes(url.origin)
  );
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The headers that say where a request comes from. */
export type RequestOrigin = Readonly<{
  method: string;
  origin: string | undefined;
  host: string | undefined;
  /** Sec-Fetch-Site: browsers send it also where they leave out Origin. */
  fetchSite: string | undefined;
}>;

/** Whether a request may go on: one that only reads, or whose page is allowed to change things here. */
export function mayChangeState(request: RequestOrigin, config: Config['http']): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  if (request.origin === undefined) return request.fetchSite !== 'cross-site';
  return isAllowedOrigin(request.origin, request.host, config);
}
