import type { types } from 'mediasoup';
import type { ParticipantTransport } from '../../broadcast/ports/stage.js';
import { type EventsOf, TypedEmitter } from '../../common/typed-emitter.js';
import type { DtlsParameters, IceParameters, TransportOptions } from '../../protocol/rtc.js';
import { PeerConnection } from '../peer-connection.js';

/** One of the two transports of a stage's participant. */
export class StageTransport implements ParticipantTransport {
  readonly #emitter = new TypedEmitter<EventsOf<ParticipantTransport>>();
  readonly events = this.#emitter.listenable;
  readonly #peer: PeerConnection;

  constructor(transport: types.WebRtcTransport, announcedAddresses: readonly string[]) {
    this.#peer = new PeerConnection(transport, announcedAddresses);
    transport.on('dtlsstatechange', (state) => {
      if (state === 'failed' || state === 'closed') this.close();
    });
    transport.observer.once('close', () => {
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  get raw(): types.WebRtcTransport {
    return this.#peer.raw;
  }

  get transport(): TransportOptions {
    return this.#peer.options;
  }

  get closed(): boolean {
    return this.#peer.closed;
  }

  connect(dtlsParameters: DtlsParameters): Promise<void> {
    return this.#peer.connect(dtlsParameters);
  }

  restartIce(): Promise<IceParameters> {
    return this.#peer.restartIce();
  }

  /** @throws {DomainError} `transport_not_found` if it is closed */
  assertOpen(): void {
    this.#peer.assertOpen();
  }

  close(): void {
    this.raw.close();
  }
}
