import type { types } from 'mediasoup';
import type { MediaTap, MediaTrack } from '../broadcast/ports/media.js';
import type { UnitTrack } from '../broadcast/ports/unit-track.js';
import { type EventsOf, type Listenable, TypedEmitter } from '../common/typed-emitter.js';
import type { RouterTap } from './router-tap.js';

/** A broadcast's tracks as they arrive: RTP from its origin router, and access units. */
export class BroadcastTap implements MediaTap {
  readonly #emitter = new TypedEmitter<EventsOf<MediaTap>>();
  readonly events = this.#emitter.listenable;
  readonly #rtp: RouterTap;
  readonly #units = new Set<UnitTrack>();

  constructor(rtp: RouterTap) {
    this.#rtp = rtp;
    rtp.events.on('trackAdded', (track) => this.#emitter.emit('trackAdded', track));
    rtp.events.on('closed', () => {
      this.#emitter.emit('closed');
      this.#emitter.clear();
    });
  }

  get tracks(): ReadonlySet<MediaTrack> {
    return new Set<MediaTrack>([...this.#rtp.tracks, ...this.#units]);
  }

  /** Taps another RTP track. */
  add(producer: types.Producer): Promise<void> {
    return this.#rtp.add(producer);
  }

  /** Adds another track of access units. */
  addUnits(track: UnitTrack): void {
    this.#units.add(track);
    const events: Listenable<{ closed: [] }> = track.events;
    events.on('closed', () => this.#units.delete(track));
    this.#emitter.emit('trackAdded', track);
  }

  close(): void {
    this.#rtp.close();
  }
}
