import type { Rate } from '../common/token-bucket.js';

/** A group of routes that share a limit. */
export type RouteGroup =
  | 'credentials'
  | 'writes'
  | 'reads'
  | 'pages'
  | 'files'
  | 'media'
  | 'monitoring'
  | 'sockets';

/**
 * The rates per address for each group with ADDRESS_LIMIT_FACTOR=1, which are enough for a
 * household. A higher factor allows more people behind one address.
 */
export const GROUP_RATES: Readonly<Record<RouteGroup, Rate>> = {
  // Each of these requests requires computing a slow hash. Guesses are also limited per address and
  // target.
  credentials: { burst: 30, perSecond: 0.5 },
  writes: { burst: 60, perSecond: 5 },
  reads: { burst: 200, perSecond: 20 },
  pages: { burst: 100, perSecond: 5 },
  // A page loads twenty files, which browsers cache permanently.
  files: { burst: 600, perSecond: 50 },
  // A low-latency player requests about twelve playlists and parts per second.
  media: { burst: 1_500, perSecond: 400 },
  monitoring: { burst: 30, perSecond: 5 },
  sockets: { burst: 60, perSecond: 3 },
};

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const CREDENTIALS = /^\/api\/(?:auth|account|setup|channels\/:name\/unlock)(?:\/|$)/;
const MONITORING = /^\/(?:healthz|readyz|metrics)$/;
/** Matches files, whose names contain a dot, unlike those of pages. */
const FILE = /^\/(?:assets\/|[^/]+\.[a-z0-9]+$)/;

/**
 * Returns the group of a request by its method and matched route, such as `/api/channels/:name`. A
 * URL can be written in many ways, so all URLs that match the same route share a limit.
 *
 * @param route undefined if no route matched
 */
export function routeGroup(method: string, route: string | undefined): RouteGroup {
  const isRead = READS.has(method);
  if (route === undefined) return isRead ? 'pages' : 'writes';
  if (route.startsWith('/hls/')) return 'media';
  if (!isRead) return CREDENTIALS.test(route) ? 'credentials' : 'writes';
  if (route.startsWith('/api/')) return 'reads';
  if (MONITORING.test(route)) return 'monitoring';
  return FILE.test(route) ? 'files' : 'pages';
}
