import { DomainError } from '../common/domain-error.js';
import type { DtlsParameters } from '../protocol/rtc.js';
import { SdpError } from '../sdp/sdp-error.js';

/**
 * Returns the result of parsing a session description.
 * @throws {DomainError} `bad_request` (400) if it is malformed, `media_refused` (422) if it asks
 *   for something unsupported
 */
export function readingSdp<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof SdpError)) throw cause;
    const code = cause.reason === 'malformed' ? 'bad_request' : 'media_refused';
    throw new DomainError(code, cause.message, { cause });
  }
}

/**
 * Returns the client's DTLS parameters with the role that the server's answer assigns: the client
 * starts, unless it can only wait.
 */
export function clientDtls(offered: DtlsParameters): DtlsParameters {
  return { ...offered, role: offered.role === 'server' ? 'server' : 'client' };
}
