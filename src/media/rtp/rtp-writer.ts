const HEADER_BYTES = 12;
const VERSION = 0x80;
const MARKER = 0x80;

type Options = Readonly<{ ssrc: number; payloadType: number }>;

/** Makes the RTP packets of one stream (RFC 3550 5.1), with consecutive sequence numbers. */
export class RtpWriter {
  readonly #options: Options;
  #sequenceNumber = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @param head.rtpTime an unsigned 32-bit number */
  write(
    payload: readonly Uint8Array[],
    { rtpTime, marker }: { rtpTime: number; marker: boolean },
  ): Buffer {
    const { ssrc, payloadType } = this.#options;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(VERSION, 0);
    header.writeUInt8((marker ? MARKER : 0) | payloadType, 1);
    header.writeUInt16BE(this.#sequenceNumber, 2);
    header.writeUInt32BE(rtpTime, 4);
    header.writeUInt32BE(ssrc, 8);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    return Buffer.concat([header, ...payload]);
  }
}
