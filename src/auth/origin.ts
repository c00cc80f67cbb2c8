import type { Config } from '../config/config.js';

/**
 * Whether a page of that origin may call this server: the public address, the host of the request,
 * or one of ALLOWED_ORIGINS. A request without an origin is not from another site's page: browsers
 * always send it there.
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
  // "null": a sandboxed frame, a file or a cross-site redirect.
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
  /** Sec-Fetch-Site: sent by browsers even where they omit Origin. */
  fetchSite: string | undefined;
}>;

/** Whether a request may proceed: it only reads, or its page is allowed to change things here. */
export function mayChangeState(request: RequestOrigin, config: Config['http']): boolean {
  if (SAFE_METHODS.has(request.method)) return true;
  if (request.origin === undefined) return request.fetchSite !== 'cross-site';
  return isAllowedOrigin(request.origin, request.host, config);
}
