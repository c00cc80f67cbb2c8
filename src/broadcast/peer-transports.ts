import { Injectable } from '@nestjs/common';
import { DomainError } from '../common/domain-error.js';
import type { PeerMedia } from './ports/media.js';

/**
 * The maximum number of transports per peer: one for watching, one for publishing, two for a stage,
 * and earlier ones that are still closing.
 */
const TRANSPORTS_PER_PEER_MAX = 8;
const RETRY_AFTER_MS = 1_000;

/** Maps transports to their peers, so that a client can use only its own transports. */
@Injectable()
export class PeerTransports {
  readonly #byPeer = new Map<string, Map<string, PeerMedia>>();

  /**
   * Registers a transport until it closes.
   * @throws {DomainError} `rate_limited` at the limit, after closing the transport
   */
  add(
    peerId: string,
    media: PeerMedia & { events: { on(name: 'closed', listener: () => void): unknown } },
  ): void {
    const own = this.#byPeer.get(peerId) ?? new Map<string, PeerMedia>();
    if (own.size >= TRANSPORTS_PER_PEER_MAX) {
      media.close();
      throw new DomainError(
        'rate_limited',
        'This connection has too many media transports. Try again in a moment.',
        {
          retryAfterMs: RETRY_AFTER_MS,
        },
      );
    }
    this.#byPeer.set(peerId, own);
    const { id } = media.transport;
    own.set(id, media);
    media.events.on('closed', () => {
      own.delete(id);
      if (own.size === 0 && this.#byPeer.get(peerId) === own) this.#byPeer.delete(peerId);
    });
  }

  /**
   * Returns a peer's transport.
   * @throws {DomainError} `transport_not_found` if it does not exist or belongs to another peer
   */
  get(peerId: string, transportId: string): PeerMedia {
    const media = this.#byPeer.get(peerId)?.get(transportId);
    if (media) return media;
    throw new DomainError(
      'transport_not_found',
      'This connection is closed or belongs to another client. Join again to get a new one.',
    );
  }
}
