import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** For every answer; pages add their content security policy. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Who may show a page in a frame: nobody, but for the player that is made for it. */
export function contentSecurityPolicy({ embeddable }: { embeddable: boolean }): string {
  const ancestors = embeddable ? '*' : "'none'";
  return `base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors ${ancestors}`;
}

/** Sends the headers that browsers need to protect visitors with everything that Fastify answers. */
export function sendSecurityHeaders(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (_request, reply) => {
      reply.headers(HEADERS);
    });
}
