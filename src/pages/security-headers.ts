import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';

const HSTS_MAX_AGE_S = 365 * 86_400;

/** What pages may ask of a browser for themselves; frames of other sites in them get nothing. */
const ASKED_FOR = [
  'autoplay',
  'camera',
  'display-capture',
  'fullscreen',
  'microphone',
  'picture-in-picture',
  'screen-wake-lock',
] as const;
/** What the player that other sites embed has no use for. */
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

/** For every answer; {@link pageHeaders} replaces some for pages. */
const ALWAYS = {
  // Scripts and workers of ours are checked by it as well as what a browser is made to show as a page.
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
 * What a page may load and do: scripts, styles and fonts are files of the service, none is written into
 * a page (the boot data is not code, and runs nowhere). hls.js makes its worker and its media source
 * from blobs. Frames of it may be shown nowhere, but for the player that is made for that.
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
    // Also the socket: 'self' stands for ws: and wss: of the same host (CSP 3, 6.7.2.8).
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
    `frame-ancestors ${embeddable ? '*' : "'none'"}`,
  ].join('; ');
}

/** Gives an answer the headers of a page. */
export function sendPageHeaders(reply: FastifyReply, page: { embeddable: boolean }): void {
  reply.header('content-security-policy', contentSecurityPolicy(page));
  if (!page.embeddable) {
    reply.header('permissions-policy', permissionsPolicy(new Set(ASKED_FOR)));
    return;
  }
  const allowed = ASKED_FOR.filter((feature) => !STUDIO_ONLY.has(feature));
  reply
    .header('permissions-policy', permissionsPolicy(new Set(allowed)))
    // A page that isolates itself (COEP) can show frames only that say so.
    .header('cross-origin-resource-policy', 'cross-origin')
    .removeHeader('x-frame-options');
}

/**
 * Sends the headers that browsers need to protect visitors with everything that Fastify answers.
 *
 * @param isHttps whether the public address is: browsers then never try it without TLS again
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

/** Of everything, for answers that no hook reaches. */
export function securityHeaders({ isHttps }: { isHttps: boolean }): Record<string, string> {
  // Without includeSubDomains: what else runs under this name is not ours to decide about.
  return isHttps
    ? { ...ALWAYS, 'strict-transport-security': `max-age=${HSTS_MAX_AGE_S}` }
    : { ...ALWAYS };
}

function permissionsPolicy(allowed: ReadonlySet<string>): string {
  return [...ASKED_FOR, ...NEVER]
    .map((feature) => `${feature}=${allowed.has(feature) ? '(self)' : '()'}`)
    .join(', ');
}
