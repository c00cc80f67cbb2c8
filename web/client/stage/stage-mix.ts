import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { Overlays, Scene, SceneFormat } from '../../../src/protocol/scene.js';
import type { AudioLevel } from '../capture/audio-level.js';
import { CanvasProgramme } from './canvas-programme.js';
import { HeardSounds } from './heard-sounds.js';
import { CAMERA_FROZEN_MS } from './picture-source.js';
import { PlayedVideo } from './played-video.js';
import { ProgrammeSound } from './programme-sound.js';
import { assetKey, type ProgrammeState, videoKey } from '../../../src/programme/programme-state.js';
import type { ProgrammeVideo } from './programme-video.js';
import { programmeSize, type TileKind } from '../../../src/programme/scene-layout.js';
import { SpeakerWatch } from './speaker-watch.js';
import { WorkerProgramme } from './worker-programme.js';

/** The sounds of a participant. */
export type SoundKind = 'microphone' | 'screen';

/**
 * One tile of the programme. A participant with camera and screen has two. A tile whose video is
 * missing or has stopped shows a card with the name.
 */
export interface StageTile {
  readonly participant: string;
  readonly kind: TileKind;
  readonly name: string;
}

/** The dependencies of a {@link StageMix}. */
export interface StageMixOptions {
  /** The programme's fixed size. */
  readonly format: SceneFormat;
  /** Returns the server's time in milliseconds since 1970, for countdowns. */
  readonly serverNowMs: () => number;
}

/** A screen that doesn't change sends no frames. */
const NEVER_FROZEN = { frozenAfterMs: Number.POSITIVE_INFINITY };
const CAMERA = { frozenAfterMs: CAMERA_FROZEN_MS };

/**
 * The programme of a stage, mixed in this browser: one video track and one audio track, which stay
 * the same for the whole broadcast, whatever is shown and heard. All source tracks continue after
 * {@link close}, and belong to the caller, who stops them.
 *
 * Load this module with `import()`, because most broadcasts have no stage.
 */
export class StageMix {
  /**
   * A canvas that shows the scene set by {@link previewScene}. The page inserts it, and sizes it
   * with CSS.
   */
  readonly previewCanvas = document.createElement('canvas');
  /**
   * Whether the mix keeps its full frame rate while the tab is hidden. If not, the page warns the
   * host before going live.
   */
  readonly runsHidden = WorkerProgramme.supported;
  readonly #options: StageMixOptions;
  readonly #context = new AudioContext({ latencyHint: 'interactive' });
  readonly #listening = signal(false);
  readonly #picture: ProgrammeVideo;
  readonly #sound: ProgrammeSound;
  readonly #heard = new HeardSounds();
  readonly #speakers: SpeakerWatch;
  /** The participants with a microphone, who can be the speaker. */
  readonly #voices = new Set<string>();
  #tiles: readonly StageTile[] = [];
  #scene: Scene | null = null;
  #previewed: Scene | null = null;
  #overlays: Overlays = { banner: null, countdownToMs: null };

  /** @throws Error if this browser can neither process frames nor capture a canvas */
  constructor(options: StageMixOptions) {
    this.#options = options;
    const input = { state: this.#state(null), preview: this.previewCanvas };
    this.#picture = WorkerProgramme.supported
      ? new WorkerProgramme(input)
      : new CanvasProgramme(input);
    this.#picture.track.contentHint = 'motion';
    this.#sound = new ProgrammeSound(this.#context);
    this.#speakers = new SpeakerWatch(
      () => new Map(this.#shownVoices().map((voice) => [voice, this.#sound.level(voice)])),
      () => this.#show({ fade: false }),
    );
    this.#context.addEventListener('statechange', this.#onContextChange);
    this.#onContextChange();
  }

  /** The programme's video: 30 frames per second from the first moment, even without sources. */
  get video(): MediaStreamTrack {
    return this.#picture.track;
  }

  /** The programme's sound, which is silent until {@link wake} has succeeded. */
  get audio(): MediaStreamTrack {
    return this.#sound.track;
  }

  /** The participants who are speaking; changes at most every 150 ms. */
  get speaking(): ReadonlySignal<ReadonlySet<string>> {
    return this.#speakers.speaking;
  }

  /** False until the browser allows audio, and while the browser suspends it; see {@link wake}. */
  get listening(): ReadonlySignal<boolean> {
    return this.#listening;
  }

  /** Starts or resumes audio. Must be called in a click or key handler. */
  async wake(): Promise<void> {
    await Promise.all([this.#context.resume(), this.#heard.resume()]);
  }

  /**
   * Sets the tiles that can be shown, in order. Layouts show as many as they have room for, up to
   * 9.
   */
  setTiles(tiles: readonly StageTile[]): void {
    const keys = (each: readonly StageTile[]) =>
      each.map(({ participant, kind }) => videoKey(participant, kind)).join('\n');
    const fade = keys(tiles) !== keys(this.#tiles);
    this.#tiles = tiles;
    this.#show({ fade });
  }

  /** Replaces the video of a tile, before or after {@link setTiles}; null removes it. */
  setVideo(participant: string, kind: TileKind, track: MediaStreamTrack | null): void {
    const options = kind === 'camera' ? CAMERA : NEVER_FROZEN;
    this.#picture.setVideo(videoKey(participant, kind), track, options);
  }

  /**
   * Replaces a sound of the programme; null removes it.
   * @param options.heard whether the host hears it too: true for guests, false for the host's own
   *   microphone and screen
   */
  setAudio(
    participant: string,
    kind: SoundKind,
    track: MediaStreamTrack | null,
    { heard }: { readonly heard: boolean },
  ): void {
    this.#heard.setSound(participant, kind, heard ? track : null);
    this.#sound.setSound(participant, kind, track);
    if (kind !== 'microphone') return;
    if (track === null) this.#voices.delete(participant);
    else this.#voices.add(participant);
  }

  /**
   * Shows a picture instead of a tile's video, reduced to the programme's size. Null removes it.
   * @throws DOMException if the browser cannot decode the picture
   */
  async setPicture(participant: string, kind: TileKind, picture: Blob | null): Promise<void> {
    await this.#setStill(videoKey(participant, kind), picture);
  }

  /**
   * Opens a video file whose tracks can be mixed. The caller passes them to {@link setVideo} and
   * {@link setAudio}, and closes the video.
   * @throws Error if the browser can't play the file
   */
  openVideo(file: Blob): Promise<PlayedVideo> {
    return PlayedVideo.open(this.#context, file);
  }

  /** Shows a scene, with a short cross-fade unless `cut` is true. */
  setScene(scene: Scene, { cut = false }: { readonly cut?: boolean } = {}): void {
    this.#scene = scene;
    this.#show({ fade: !cut });
  }

  /** Paints a scene on {@link previewCanvas} only; null stops that. */
  previewScene(scene: Scene | null): void {
    this.#previewed = scene;
    this.#preview();
  }

  setOverlays(overlays: Overlays): void {
    this.#overlays = overlays;
    this.#show({ fade: false });
  }

  /**
   * Supplies the picture for an asset that scenes refer to: a logo, a background, or a fullscreen
   * picture. It is reduced to the programme's size. Null removes it.
   * @throws DOMException if the browser cannot decode the picture
   */
  async setAssetPicture(asset: string, picture: Blob | null): Promise<void> {
    await this.#setStill(assetKey(asset), picture);
  }

  /**
   * Sets the participant's volume in the programme.
   * @param volume 0 to 2; 1 changes nothing
   */
  setVolume(participant: string, volume: number): void {
    this.#sound.setVolume(participant, volume);
  }

  /** Sets whether the programme omits the participant's sounds. */
  setMuted(participant: string, muted: boolean): void {
    this.#sound.setMuted(participant, muted);
  }

  /** While anyone is solo, the programme omits everyone else's sounds. */
  setSolo(participant: string, solo: boolean): void {
    this.#sound.setSolo(participant, solo);
  }

  /**
   * Sets how loud the host hears a participant, which doesn't change the programme.
   * @param volume 0 to 1
   */
  setHeardVolume(participant: string, volume: number): void {
    this.#heard.setVolume(participant, volume);
  }

  /** Returns the participant's current level, before volume and mute. */
  level(participant: string): AudioLevel {
    return this.#sound.level(participant);
  }

  /** Ends both tracks. */
  close(): void {
    this.#speakers.close();
    this.#heard.close();
    this.#sound.close();
    this.#picture.close();
    this.#context.removeEventListener('statechange', this.#onContextChange);
    // This rejects if the context is already closed.
    this.#context.close().catch(() => undefined);
  }

  readonly #onContextChange = (): void => {
    this.#listening.value = this.#context.state === 'running';
  };

  #show({ fade }: { fade: boolean }): void {
    const state = this.#state(this.#scene);
    const serverAheadMs = this.#options.serverNowMs() - Date.now();
    this.#picture.setState(state, { fade, serverAheadMs });
    // Text on a screen needs sharpness, whereas faces need a steady frame rate.
    const hint = isScreenShown(state) ? 'detail' : 'motion';
    if (this.video.contentHint !== hint) this.video.contentHint = hint;
    this.#preview();
  }

  async #setStill(key: string, picture: Blob | null): Promise<void> {
    const bitmap = picture && (await decoded(picture, programmeSize(this.#options.format)));
    this.#picture.setStill(key, bitmap);
  }

  #preview(): void {
    this.#picture.setPreview(this.#previewed && this.#state(this.#previewed));
  }

  /**
   * Returns the people who can be the speaker: those with a microphone who can be shown, so not
   * those in the green room.
   */
  #shownVoices(): string[] {
    return this.#tiles.map(({ participant }) => participant).filter((one) => this.#voices.has(one));
  }

  #state(scene: Scene | null): ProgrammeState {
    const speaking = this.#speakers?.speaking.peek();
    const speaker = this.#speakers?.speaker;
    const tiles = this.#tiles.map(({ participant, kind, name }) => ({
      id: videoKey(participant, kind),
      kind,
      name,
      isSpeaking: kind === 'camera' && (speaking?.has(participant) ?? false),
      isSpeaker: kind === 'camera' && speaker === participant,
    }));
    return { format: this.#options.format, scene, tiles, overlays: this.#overlays };
  }
}

/** Returns whether a scene shows a screen large. */
function isScreenShown({ scene, tiles }: ProgrammeState): boolean {
  if (scene === null || scene.fullscreen !== null) return false;
  const isLarge = scene.layout === 'screen' || scene.layout === 'picture-in-picture';
  return isLarge && tiles.some(({ kind }) => kind === 'screen');
}

/**
 * Decodes a picture. A larger one is reduced until it just covers the size, with its aspect ratio.
 */
async function decoded(
  picture: Blob,
  { width, height }: { width: number; height: number },
): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(picture);
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  if (scale >= 1) return bitmap;
  try {
    return await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(bitmap.width * scale)),
      resizeHeight: Math.max(1, Math.round(bitmap.height * scale)),
      resizeQuality: 'high',
    });
  } finally {
    bitmap.close();
  }
}
