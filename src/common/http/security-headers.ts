import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

const HSTS_MAX_AGE_S = 365 * 86_400;

/** Browser features that the pages use. Frames of other sites within the pages can't use them. */
const USED = [
  'autoplay',
  'camera',
  'display-capture',
  'fullscreen',
  'microphone',
  'picture-in-picture',
  'screen-wake-lock',
] as const;
/** Browser features that the embedded player doesn't need. */
const STUDIO_ONLY: ReadonlySet<string> = new Set(['camera', 'display-capture', 'microphone']);
/** Browser features that no page uses. */
const UNUSED = [
  'accelerometer',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'midi',
  'payment',
  'publickey-credentials-get',
  'serial',
  'usb',
  'xr-spatial-tracking',
] as const;

/** The headers of every response; pages override some of them. */
const ALWAYS = {
  // This policy applies to scripts and workers, and to any other response that a browser might be
  // tricked into rendering as a page.
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': permissionsPolicy(new Set()),
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
} as const;

/** What a page is allowed to do. */
type PagePolicy = Readonly<{
  /** Whether other sites can show it in a frame. */
  embeddable: boolean;
  /** Its inline scripts, as sources of the policy. */
  scriptHashes: readonly string[];
}>;

/**
 * Returns the policy for a page. Scripts, styles and fonts are loaded from files on the server. The
 * only inline code is the scripts that the build puts into the page, which are allowed by their
 * hashes; the boot data isn't code. hls.js creates its worker and its media source from blobs. Only
 * the embedded player can be shown in a frame on other sites.
 */
export function contentSecurityPolicy({ embeddable, scriptHashes }: PagePolicy): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scriptHashes].join(' '),
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    // This also allows the socket, because 'self' includes ws: and wss: on the same host (CSP 3,
    // section 6.7.2.8).
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
    `frame-ancestors ${embeddable ? '*' : "'none'"}`,
  ].join('; ');
}

/** Sets the headers of a page. */
export function sendPageHeaders(reply: FastifyReply, page: PagePolicy): void {
  reply.header('content-security-policy', contentSecurityPolicy(page));
  if (!page.embeddable) {
    reply.header('permissions-policy', permissionsPolicy(new Set(USED)));
    return;
  }
  const allowed = USED.filter((feature) => !STUDIO_ONLY.has(feature));
  reply
    .header('permissions-policy', permissionsPolicy(new Set(allowed)))
    // A cross-origin isolated page (COEP) can embed only frames that allow it.
    .header('cross-origin-resource-policy', 'cross-origin')
    .removeHeader('x-frame-options');
}

/**
 * Adds the security headers to every response of Fastify.
 *
 * @param isHttps whether the public URL is https; if it is, browsers are told to use only https
 */
export function sendSecurityHeaders(
  app: NestFastifyApplication,
  { isHttps }: { isHttps: boolean },
): void {
  const headers = securityHeaders({ isHttps });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (_request, reply) => {
      reply.headers(headers);
    });
}

/** Returns the security headers, for responses that bypass the hook. */
export function securityHeaders({ isHttps }: { isHttps: boolean }): Record<string, string> {
  // includeSubDomains isn't used, because it would affect other services under this domain.
  return isHttps
    ? { ...ALWAYS, 'strict-transport-security': `max-age=${HSTS_MAX_AGE_S}` }
    : { ...ALWAYS };
}

function permissionsPolicy(allowed: ReadonlySet<string>): string {
  return [...USED, ...UNUSED]
    .map((feature) => `${feature}=${allowed.has(feature) ? '(self)' : '()'}`)
    .join(', ');
}
