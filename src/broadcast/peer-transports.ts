import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { PeerMedia } from './ports.js';

/** Whose transport is whose: a client can only touch its own. */
@Injectable()
export class PeerTransports {
  readonly #byPeer = new Map<string, Map<string, PeerMedia>>();

  /** Forgets it by itself when it closes. */
  add(
    peerId: string,
    media: PeerMedia & { events: { on(name: 'closed', listener: () => void): unknown } },
  ): void {
    const own = this.#byPeer.get(peerId) ?? new Map<string, PeerMedia>();
    this.#byPeer.set(peerId, own);
    const { id } = media.transport;
    own.set(id, media);
    media.events.on('closed', () => {
      own.delete(id);
      if (own.size === 0 && this.#byPeer.get(peerId) === own) this.#byPeer.delete(peerId);
    });
  }

  /** Throws `transport_not_found` for one that isn't there or is another's. */
  get(peerId: string, transportId: string): PeerMedia {
    const media = this.#byPeer.get(peerId)?.get(transportId);
    if (media) return media;
    throw new DomainError(
      'transport_not_found',
      'This connection is closed or not yours. Join again to get a new one.',
    );
  }
}
