import type { ReadonlySignal } from '@preact/signals';
import type { Publisher } from '../../../client/publisher.js';
import type { Published } from './stage-slot.js';

/**
 * Keeps the published tracks in sync with the captured ones. Replacements run one after another,
 * because two at the same time would create two producers of the same kind.
 */
export class PublishedTracks {
  readonly #publisher: Publisher;
  readonly #published: ReadonlySignal<Published>;
  readonly #restoreMute: () => void;
  #picture: MediaStreamTrack | null = null;
  #voice: MediaStreamTrack | null = null;
  #queue: Promise<void> = Promise.resolve();

  /** @param restoreMute restores the microphone's own mute state */
  constructor(publisher: Publisher, published: ReadonlySignal<Published>, restoreMute: () => void) {
    this.#publisher = publisher;
    this.#published = published;
    this.#restoreMute = restoreMute;
  }

  setPicture(track: MediaStreamTrack | null): void {
    if (track === this.#picture) return;
    this.#picture = track;
    this.#enqueue(async () => {
      // A newer track follows, and this one may have ended.
      if (track !== this.#picture) return;
      await this.#publisher.replaceTrack('video', track);
    });
  }

  /**
   * Sets the audio track. `silent` means that nothing is audible, of which viewers are notified.
   */
  setSound(track: MediaStreamTrack | null, silent: boolean): void {
    // The audio is muted before the track changes and unmuted afterwards, so that nothing is
    // audible in between.
    if (silent) this.#publisher.setMuted('audio', true);
    const changed = track !== this.#voice;
    this.#voice = track;
    this.#enqueue(async () => {
      if (changed && track === this.#voice) await this.#publisher.replaceTrack('audio', track);
      if (silent === this.#published.peek().silent) this.#publisher.setMuted('audio', silent);
      // The publisher disables tracks when it mutes, so the microphone's own mute state must be
      // restored.
      this.#restoreMute();
    });
  }

  #enqueue(replace: () => Promise<void>): void {
    this.#queue = this.#queue.then(replace).catch(() => {
      // The connection broke in the meantime. The publisher starts its next one with the newest
      // tracks.
    });
  }
}
