import type { types } from 'mediasoup';
import { keyFrameRequests } from '../../src/sfu/rtcp.js';

const PAYLOAD_TYPE = 103;
const FIRST_SSRC = 1_000;
/** About the size of a full packet from an encoder. */
const PACKET_BYTES = 1_200;

/**
 * The header bytes of two H.264 NAL units: a parameter set, which counts as a key frame, and a
 * slice.
 */
export const KEY = 0x67;
export const DELTA = 0x41;

/** A video track whose packets a test sends one by one. Counts the key-frame requests. */
export class HandSentVideo {
  #requests = 0;
  #sent: number;

  private constructor(
    readonly transport: types.DirectTransport,
    readonly producer: types.Producer,
    private readonly ssrcs: readonly number[],
    private readonly rtpTimeOf: (sent: number) => number,
    sent: number,
  ) {
    this.#sent = sent;
    transport.on('rtcp', (packet) => {
      if (keyFrameRequests(packet).length > 0) this.#requests += 1;
    });
  }

  /**
   * @param options `sent`: the sequence number before the first packet's; `rtpTimeOf`: returns the
   * RTP time of the packet with the given sequence number
   */
  static async create(
    router: types.Router,
    { layers = 1, appData = {}, sent = 0, rtpTimeOf = (n: number) => 3_000 * n } = {},
  ): Promise<HandSentVideo> {
    const transport = await router.createDirectTransport();
    const codec = {
      mimeType: 'video/H264',
      payloadType: PAYLOAD_TYPE,
      clockRate: 90_000,
      parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f' },
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    };
    const ssrcs = Array.from({ length: layers }, (_, i) => FIRST_SSRC + i);
    const encodings = ssrcs.map((ssrc) => ({ ssrc }));
    const rtpParameters = { codecs: [codec], encodings };
    const producer = await transport.produce({ kind: 'video', rtpParameters, appData });
    return new HandSentVideo(transport, producer, ssrcs, rtpTimeOf, sent);
  }

  /** The number of RTCP packets that requested key frames. */
  get requests(): number {
    return this.#requests;
  }

  /** Sends one packet per layer, which contains only the header of a NAL unit. */
  send(nal: number): void {
    this.#sent += 1;
    for (const ssrc of this.ssrcs) {
      const packet = Buffer.alloc(PACKET_BYTES);
      packet[0] = 0x80;
      packet[1] = 0x80 | PAYLOAD_TYPE;
      packet.writeUInt16BE(this.#sent & 0xffff, 2);
      packet.writeUInt32BE(this.rtpTimeOf(this.#sent) >>> 0, 4);
      packet.writeUInt32BE(ssrc, 8);
      packet[12] = nal;
      this.producer.send(packet);
    }
  }
}
