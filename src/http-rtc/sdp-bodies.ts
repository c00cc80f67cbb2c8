import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '../common/domain-error.js';
import { SDP_FRAGMENT_TYPE } from './sdp-fragment.js';

/** The media type of session descriptions. */
export const SDP_TYPE = 'application/sdp';

/**
 * Registers session descriptions and fragments as text bodies, with or without a `; charset`
 * parameter.
 */
export function readSdpBodies(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser(
      [SDP_TYPE, SDP_FRAGMENT_TYPE],
      { parseAs: 'string' },
      async (_request: unknown, text: string) => text,
    );
}

/**
 * Returns the body of a request that must have the given media type; parameters are ignored.
 * @throws {DomainError} `unsupported_media_type`
 */
export function textOf(body: unknown, contentType: string | undefined, type: string): string {
  if (isOfType(contentType, type) && typeof body === 'string') return body;
  throw new DomainError('unsupported_media_type', `Send the request with content-type: ${type}.`);
}

/** Whether a request's body has the given media type; parameters are ignored. */
export function isOfType(contentType: string | undefined, type: string): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === type;
}
