/**
 * Why an SDP can't be used: `malformed` for one that can't be read (HTTP 400), `unsupported` for one
 * that asks for what isn't done here (HTTP 422, RFC 9725 4.2). The message is a sentence for people.
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
