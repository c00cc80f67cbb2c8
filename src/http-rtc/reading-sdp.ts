import { DomainError } from '../common/domain-error.js';
import type { DtlsParameters } from '../protocol/rtc.js';
import { SdpError } from '../sdp/sdp-error.js';

/**
 * Calls a parser of session descriptions and converts its errors.
 * @throws {DomainError} `bad_request` (400) if the description is malformed, `media_refused` (422)
 * if it requests something unsupported
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
 * initiates the handshake unless it can only wait.
 */
export function clientDtls(offered: DtlsParameters): DtlsParameters {
  return { ...offered, role: offered.role === 'server' ? 'server' : 'client' };
}
