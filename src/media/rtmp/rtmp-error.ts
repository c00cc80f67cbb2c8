/**
 * The other side of an RTMP connection violated the protocol or a limit, so that the connection has
 * to be closed. The message never contains names or keys that were received.
 */
export class RtmpError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RtmpError';
  }
}
