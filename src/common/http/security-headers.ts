import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

const HSTS_MAX_AGE_S = 365 * 86_400;

/** Browser features that our pages may use; frames of other sites in them get none. */
const ASKED_FOR = [
  'autoplay',
  'camera',
  'display-capture',
  'fullscreen',
  'microphone',
  'picture-in-picture',
  'screen-wake-lock',
] as const;
/** Features that the embedded player does not need. */
const STUDIO_ONLY: ReadonlySet<string> = new Set(['camera', 'display-capture', 'microphone']);
const NEVER = [
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

/** Headers of every response; pages override some of them. */
const ALWAYS = {
  // Applies to our scripts and workers, and to anything that a browser is tricked into rendering as
  // a page.
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

/**
 * The policy for a page. Scripts, styles and fonts are files of the service, and nothing is inline
 * (the boot data is not code). hls.js creates its worker and its media source from blobs. No site
 * may frame a page, except the embedded player.
 */
export function contentSecurityPolicy({ embeddable }: { embeddable: boolean }): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    // Includes the socket: 'self' covers ws: and wss: of the same host (CSP 3, 6.7.2.8).
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
export function sendPageHeaders(reply: FastifyReply, page: { embeddable: boolean }): void {
  reply.header('content-security-policy', contentSecurityPolicy(page));
  if (!page.embeddable) {
    reply.header('permissions-policy', permissionsPolicy(new Set(ASKED_FOR)));
    return;
  }
  const allowed = ASKED_FOR.filter((feature) => !STUDIO_ONLY.has(feature));
  reply
    .header('permissions-policy', permissionsPolicy(new Set(allowed)))
    // A cross-origin isolated page (COEP) can embed only frames that allow it.
    .header('cross-origin-resource-policy', 'cross-origin')
    .removeHeader('x-frame-options');
}

/**
 * Adds the security headers to every response of Fastify.
 *
 * @param isHttps whether the public URL is https, in which case browsers never use http again
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

/** The same headers, for responses that no hook reaches. */
export function securityHeaders({ isHttps }: { isHttps: boolean }): Record<string, string> {
  // Without includeSubDomains: other services under this domain are not ours to decide about.
  return isHttps
    ? { ...ALWAYS, 'strict-transport-security': `max-age=${HSTS_MAX_AGE_S}` }
    : { ...ALWAYS };
}

function permissionsPolicy(allowed: ReadonlySet<string>): string {
  return [...ASKED_FOR, ...NEVER]
    .map((feature) => `${feature}=${allowed.has(feature) ? '(self)' : '()'}`)
    .join(', ');
}
