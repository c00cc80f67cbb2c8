import { DomainError } from '../common/domain-error.js';
import type { DtlsParameters } from '../protocol/rtc.js';
import { SdpError } from '../sdp/sdp-error.js';

/**
 * What reading a session description results in.
 * @throws {DomainError} `bad_request` (400) for one that is malformed, `media_refused` (422) for one that
 *   asks for what isn't done here
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

/** The client's DTLS with the role that our answer leaves to it: it begins, unless it can only wait. */
export function clientDtls(offered: DtlsParameters): DtlsParameters {
  return { ...offered, role: offered.role === 'server' ? 'server' : 'client' };
}
