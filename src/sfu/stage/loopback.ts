import type { types } from 'mediasoup';

/**
 * Opens a transport to or from a process on this machine, which needs neither retransmissions nor
 * encryption. It accepts packets only from the address to which it is connected.
 */
export function openLoopback(
  router: types.Router,
  { rtcpMux = true }: { rtcpMux?: boolean } = {},
): Promise<types.PlainTransport> {
  return router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux,
    comedia: false,
  });
}
