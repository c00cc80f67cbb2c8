import type { types } from 'mediasoup';
import type { Config } from '../config/config.js';
import type { PipeEnd } from './feed-messages.js';
import { whileItLives } from './media-refused.js';

/** The NODE_RTC_ settings. */
export type NodeRtc = NonNullable<Config['node']['rtc']>;

/**
 * Opens this node's end of a pipe to another node. Media is encrypted, and lost packets are
 * retransmitted.
 */
export function openPipe(
  router: types.Router,
  { address: ip, ports: portRange }: NodeRtc,
): Promise<types.PipeTransport> {
  return whileItLives(router, () =>
    router.createPipeTransport({
      listenInfo: { protocol: 'udp', ip, portRange },
      enableSrtp: true,
      enableRtx: true,
    }),
  );
}

/** Describes this node's end to the other one. */
export function endOf({ tuple, srtpParameters }: types.PipeTransport): PipeEnd {
  const { cryptoSuite, keyBase64 } = srtpParameters ?? {};
  if (keyBase64 === undefined || !isStrong(cryptoSuite))
    throw new Error('the pipe to another node is not encrypted');
  return { ip: tuple.localAddress, port: tuple.localPort, srtp: { cryptoSuite, keyBase64 } };
}

/** Lets media pass between this end and the other one. */
export async function connectPipe(
  pipe: types.PipeTransport,
  { ip, port, srtp: srtpParameters }: PipeEnd,
): Promise<void> {
  await pipe.connect({ ip, port, srtpParameters });
}

function isStrong(
  suite: types.SrtpCryptoSuite | undefined,
): suite is PipeEnd['srtp']['cryptoSuite'] {
  return suite === 'AEAD_AES_256_GCM' || suite === 'AEAD_AES_128_GCM';
}
