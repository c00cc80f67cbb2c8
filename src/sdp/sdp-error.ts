/**
 * Reports an unusable SDP: `malformed` if the SDP can't be parsed (HTTP 400), `unsupported` if it
 * requests something unsupported (HTTP 422; RFC 9725, section 4.2). The message is shown to users.
 */
export class SdpError extends Error {
  readonly reason: 'malformed' | 'unsupported';

  constructor(reason: SdpError['reason'], message: string) {
    super(message);
    this.name = 'SdpError';
    this.reason = reason;
  }

  static malformed(message: string): SdpError {
    return new SdpError('malformed', message);
  }

  static unsupported(message: string): SdpError {
    return new SdpError('unsupported', message);
  }
}
