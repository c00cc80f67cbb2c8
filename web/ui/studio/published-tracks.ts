import type { SoundMix } from '../../client/capture/sound-mix.js';
import type { Publisher } from '../../client/publisher.js';

/**
 * Keeps what is published the same as what is captured. Replacements run one after another, for two
 * at once would make two producers of a kind.
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
      // A newer one follows: this one may have ended already.
      if (track !== this.#picture) return;
      await this.#publisher.replaceTrack('video', track);
    });
  }

  /** `silent`: nothing is to be heard; viewers are told. */
  setSound(track: MediaStreamTrack | null, silent: boolean): void {
    // Muting comes before and unmuting after the change of track, so that no word slips out between.
    if (silent) this.#publisher.setMuted('audio', true);
    const changed = track !== this.#voice;
    this.#voice = track;
    this.#enqueue(async () => {
      if (changed && track === this.#voice) await this.#publisher.replaceTrack('audio', track);
      if (silent === this.#sound.silent.peek()) this.#publisher.setMuted('audio', silent);
      // The publisher switches tracks off and on as it mutes; the microphone's own state is ours.
      this.#sound.applyMute();
    });
  }

  #enqueue(replace: () => Promise<void>): void {
    this.#queue = this.#queue.then(replace).catch(() => {
      // The connection went in the middle: the publisher starts its next one with the newest tracks.
    });
  }
}
