import { Readable } from 'node:stream';
import { DomainError } from '../domain-error.js';

/**
 * Reads an uploaded picture. The server passes on the request body unread.
 * @throws {DomainError} `unsupported_media_type` if the body has another content type;
 *   `payload_too_large` if the picture has more than `bytesMax` bytes
 */
export async function readUpload(body: unknown, bytesMax: number): Promise<Buffer> {
  if (!(body instanceof Readable))
    throw new DomainError('unsupported_media_type', 'Send a JPEG, PNG, WebP or GIF.');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the body must be a stream of bytes');
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new DomainError(
        'payload_too_large',
        `The picture is too large. Send one of at most ${bytesMax / 1_048_576} MB.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
