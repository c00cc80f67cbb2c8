import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '../common/domain-error.js';
import { SDP_FRAGMENT_TYPE } from './sdp-fragment.js';

/** The media type of session descriptions. */
export const SDP_TYPE = 'application/sdp';

/** Session descriptions and their fragments are texts; a `; charset` after the type is fine. */
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
 * A request's body, which has to be of a media type, whatever its parameters.
 * @throws {DomainError} `unsupported_media_type`
 */
export function textOf(body: unknown, contentType: string | undefined, type: string): string {
  if (isOfType(contentType, type) && typeof body === 'string') return body;
  throw new DomainError(
    'unsupported_media_type',
    `Send this with the header content-type: ${type}.`,
  );
}

/** Whether a request's body is of a media type, whatever its parameters. */
export function isOfType(contentType: string | undefined, type: string): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === type;
}
