/**
 * The other side of an RTMP connection violated the protocol or a limit, so the connection has to
 * be closed. The message never contains received names or keys.
 */
export class RtmpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RtmpError';
  }
}
