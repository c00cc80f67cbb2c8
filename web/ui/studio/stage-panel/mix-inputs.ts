import type { SoundKind, StageMix, StageTile } from '../../../client/stage/stage-mix.js';

export type MixVideo = {
  readonly participant: string;
  readonly kind: StageTile['kind'];
  readonly track: MediaStreamTrack;
};

export type MixSound = {
  readonly participant: string;
  readonly kind: SoundKind;
  readonly track: MediaStreamTrack;
  /** Whether the host hears it. */
  readonly heard: boolean;
};

type Input = { readonly participant: string; readonly kind: string; readonly track: object };

/**
 * Passes tracks to a mix. Only changes are passed on, because a track that was set again would be
 * interrupted.
 */
export class MixInputs {
  readonly #mix: Pick<StageMix, 'setVideo' | 'setAudio'>;
  #videos: readonly MixVideo[] = [];
  #sounds: readonly MixSound[] = [];

  constructor(mix: Pick<StageMix, 'setVideo' | 'setAudio'>) {
    this.#mix = mix;
  }

  setVideos(videos: readonly MixVideo[]): void {
    const before = this.#videos;
    this.#videos = videos;
    for (const { participant, kind } of missing(before, videos))
      this.#mix.setVideo(participant, kind, null);
    for (const { participant, kind, track } of fresh(before, videos))
      this.#mix.setVideo(participant, kind, track);
  }

  setSounds(sounds: readonly MixSound[]): void {
    const before = this.#sounds;
    this.#sounds = sounds;
    for (const { participant, kind, heard } of missing(before, sounds))
      this.#mix.setAudio(participant, kind, null, { heard });
    for (const { participant, kind, track, heard } of fresh(before, sounds))
      this.#mix.setAudio(participant, kind, track, { heard });
  }
}

const isSameInput = (one: Input, other: Input): boolean =>
  one.participant === other.participant && one.kind === other.kind;

/** Returns the inputs that no longer exist. */
function missing<I extends Input>(before: readonly I[], now: readonly I[]): I[] {
  return before.filter((one) => !now.some((other) => isSameInput(one, other)));
}

/** Returns the inputs that are new or have a different track. */
function fresh<I extends Input>(before: readonly I[], now: readonly I[]): I[] {
  return now.filter(
    (one) => !before.some((other) => isSameInput(one, other) && one.track === other.track),
  );
}
