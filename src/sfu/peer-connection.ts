import type { types } from 'mediasoup';
import { DomainError } from '../common/domain-error.js';
import type { DtlsParameters, IceParameters, TransportOptions } from '../protocol/rtc.js';
import { announcedCandidates } from './listen-addresses.js';
import { refusingMedia } from './media-refused.js';

/** The server's side of a publisher's or viewer's connection: one WebRTC transport. */
export class PeerConnection {
  readonly raw: types.WebRtcTransport;

  readonly #iceCandidates: types.IceCandidate[];

  constructor(transport: types.WebRtcTransport, announcedAddresses: readonly string[]) {
    this.raw = transport;
    this.#iceCandidates = announcedCandidates(transport.iceCandidates, announcedAddresses);
  }

  get options(): TransportOptions {
    const { id, iceParameters, dtlsParameters } = this.raw;
    return { id, iceParameters, iceCandidates: this.#iceCandidates, dtlsParameters };
  }

  get closed(): boolean {
    return this.raw.closed;
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    this.assertOpen();
    await refusingMedia('connection', this.raw, () => this.raw.connect({ dtlsParameters }));
  }

  async restartIce(): Promise<IceParameters> {
    this.assertOpen();
    return refusingMedia('connection', this.raw, () => this.raw.restartIce());
  }

  /**
   * Returns the current bit rate in one direction, in bits per second; 0 if the transport closes in
   * the meantime.
   */
  async bitrateBps(direction: 'send' | 'receive'): Promise<number> {
    const stats = await this.raw.getStats().catch(() => []);
    return stats.reduce(
      (sum, one) => sum + (direction === 'send' ? one.sendBitrate : one.recvBitrate),
      0,
    );
  }

  /** Throws if the transport is closed, for example because its worker died. */
  assertOpen(): void {
    if (this.raw.closed)
      throw new DomainError('transport_not_found', 'This connection is closed. Connect again.');
  }
}
