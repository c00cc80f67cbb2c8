import type { Rate } from '../common/token-bucket.js';

/** Routes that share a limit. */
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
 * What one address may request of each group, at ADDRESS_LIMIT_FACTOR 1. A household's worth of
 * people: what many are to do behind one address is set by the factor.
 */
export const GROUP_RATES: Readonly<Record<RouteGroup, Rate>> = {
  // Each costs a slow hash. How often passwords can be guessed is bounded besides, by who guesses whose.
  credentials: { burst: 30, perSecond: 0.5 },
  writes: { burst: 60, perSecond: 5 },
  reads: { burst: 200, perSecond: 20 },
  pages: { burst: 100, perSecond: 5 },
  // A page has twenty files, kept by browsers for good.
  files: { burst: 600, perSecond: 50 },
  // A player at low latency asks for about twelve playlists and parts a second.
  media: { burst: 1_500, perSecond: 400 },
  monitoring: { burst: 30, perSecond: 5 },
  sockets: { burst: 60, perSecond: 3 },
};

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const CREDENTIALS = /^\/api\/(?:auth|account|setup|channels\/:name\/unlock)(?:\/|$)/;
const MONITORING = /^\/(?:healthz|readyz|metrics)$/;
/** Files have a dot in their names; no page has. */
const FILE = /^\/(?:assets\/|[^/]+\.[a-z0-9]+$)/;

/**
 * The group of a request by its method and the pattern of the route that it matched, such as
 * `/api/channels/:name`: an address can be written in many ways, and whatever the router takes for the
 * same address is bounded together.
 *
 * @param route undefined: no route matched
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
