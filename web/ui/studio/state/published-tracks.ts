import type { SoundMix } from '../../../client/capture/sound-mix.js';
import type { Publisher } from '../../../client/publisher.js';

/**
 * Keeps the published tracks in step with the captured ones. Replacements run one after another;
 * two at once would create two producers of a kind.
 */
export class PublishedTracks {
  readonly #publisher: Publisher;
  readonly #sound: SoundMix;
  #picture: MediaStreamTrack | null = null;
  #voice: MediaStreamTrack | null = null;
  #queue: Promise<void> = Promise.resolve();

  constructor(publisher: Publisher, sound: SoundMix) {
    this.#publisher = publisher;
    this.#sound = sound;
  }

  setPicture(track: MediaStreamTrack | null): void {
    if (track === this.#picture) return;
    this.#picture = track;
    this.#enqueue(async () => {
      // A newer track follows; this one may have ended.
      if (track !== this.#picture) return;
      await this.#publisher.replaceTrack('video', track);
    });
  }

  /** `silent`: nothing is audible, and viewers are notified. */
  setSound(track: MediaStreamTrack | null, silent: boolean): void {
    // Mute before the track changes and unmute after it, so that nothing leaks in between.
    if (silent) this.#publisher.setMuted('audio', true);
    const changed = track !== this.#voice;
    this.#voice = track;
    this.#enqueue(async () => {
      if (changed && track === this.#voice) await this.#publisher.replaceTrack('audio', track);
      if (silent === this.#sound.silent.peek()) this.#publisher.setMuted('audio', silent);
      // The publisher disables tracks when it mutes; restore the microphone's own state.
      this.#sound.applyMute();
    });
  }

  #enqueue(replace: () => Promise<void>): void {
    this.#queue = this.#queue.then(replace).catch(() => {
      // The connection broke midway: the publisher starts its next one with the newest tracks.
    });
  }
}
