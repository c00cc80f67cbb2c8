import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '../common/domain-error.js';
import { parseStrictJson, StrictJsonError } from './strict-json.js';

/**
 * Parses bodies strictly as JSON. Text and forms are answered with 415, because pages on other
 * sites could send them without a preflight request.
 */
export function readJsonBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, text: string) => parseBody(text),
  );
}

/** @throws {DomainError} `bad_request` */
function parseBody(text: string): unknown {
  try {
    return parseStrictJson(text);
  } catch (cause) {
    if (cause instanceof StrictJsonError)
      throw new DomainError('bad_request', `The request body is invalid. ${cause.message}`, {
        cause,
      });
    throw cause;
  }
}
