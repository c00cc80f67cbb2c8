import { effect, type ReadonlySignal, type Signal, signal, untracked } from '@preact/signals-core';
import type { CaptureProblem } from './capture-problem.js';
import {
  type CaptureChoices,
  type CaptureSettings,
  type Corner,
  readChoices,
  type ScreenLayout,
  writeChoices,
} from './capture-settings.js';
import {
  cameraConstraints,
  microphoneConstraints,
  screenOptions,
  soundMatches,
} from './constraints.js';
import { type CaptureDevice, DeviceList } from './device-list.js';
import { DeviceSource } from './device-source.js';
import { LevelMeter } from './level-meter.js';
import { ScreenSource } from './screen-source.js';
import { SoundMix } from './sound-mix.js';
import { VideoMix } from './video-mix.js';

const STORAGE_KEY = 'onair.capture';

/** The storage for choices: the page's localStorage, or a substitute. */
export type ChoiceStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** The dependencies of a {@link Capture}. */
export interface CaptureOptions {
  /** The browser's media devices; undefined on an insecure page. */
  readonly media: MediaDevices | undefined;
  readonly secure: boolean;
  readonly storage: ChoiceStorage;
  /** Reports a change that the user did not request, as a sentence for the UI. */
  readonly onNotice: (sentence: string) => void;
}

/**
 * Combines the broadcaster's devices into one video track and one audio track, which change as
 * sources start and stop. The publisher sends {@link picture} and {@link sound}.
 */
export class Capture {
  readonly devices: DeviceList;
  readonly camera: DeviceSource;
  readonly microphone: DeviceSource;
  readonly screen: ScreenSource;
  readonly meter: LevelMeter;
  /** The video to publish. */
  readonly picture: VideoMix;
  /** The audio to publish, and whether it is muted. */
  readonly sound: SoundMix;
  readonly #options: CaptureOptions;
  readonly #choices: Signal<CaptureChoices>;
  readonly #context = new AudioContext({ latencyHint: 'interactive' });
  readonly #contextRunning = signal(false);
  readonly #stops: (() => void)[];

  constructor(options: CaptureOptions) {
    const { media, secure, storage, onNotice } = options;
    this.#options = options;
    this.#choices = signal(readChoices(storage.getItem(STORAGE_KEY)));
    this.devices = new DeviceList(media);
    this.camera = new DeviceSource({
      kind: 'camera',
      media,
      secure,
      constraints: (which) => this.#cameraWish(which),
      onLost: () => void this.#lost('camera'),
    });
    this.microphone = new DeviceSource({
      kind: 'microphone',
      media,
      secure,
      constraints: (which) => this.#microphoneWish(which),
      onLost: () => void this.#lost('microphone'),
    });
    this.screen = new ScreenSource({
      media,
      secure,
      options: () => screenOptions(this.#choices.peek().settings.frameRate),
      onStopped: () => onNotice(this.#sharingStopped()),
    });
    this.meter = new LevelMeter(this.#context);
    this.#context.addEventListener('statechange', this.#onContextChange);
    this.#onContextChange();
    this.picture = new VideoMix({
      camera: this.camera.state,
      screen: this.screen.state,
      choices: this.#choices,
    });
    this.sound = new SoundMix({
      context: this.#context,
      microphone: this.microphone.state,
      screen: this.screen.state,
    });
    this.#stops = [
      effect(() => {
        const state = this.microphone.state.value;
        this.meter.listenTo(state.name === 'on' ? state.track : null);
      }),
      effect(() => {
        const cameras = this.devices.cameras.value;
        // The effect must not depend on the camera's state. Otherwise, a camera that failed to open
        // would be retried automatically.
        untracked(() => void this.#recoverWith('camera', cameras));
      }),
      effect(() => {
        const microphones = this.devices.microphones.value;
        untracked(() => void this.#recoverWith('microphone', microphones));
      }),
    ];
  }

  /** The current choices, stored for the next visit. */
  get choices(): ReadonlySignal<CaptureChoices> {
    return this.#choices;
  }

  /**
   * False until the browser allows audio processing, which may require a click; see {@link wake}.
   */
  get listening(): ReadonlySignal<boolean> {
    return this.#contextRunning;
  }

  /** Opens the camera and the microphone, with a single permission prompt if both exist. */
  async open(): Promise<void> {
    const both = this.#askForBoth();
    await Promise.all([
      this.camera.open(both.then((stream) => firstTrack(stream.getVideoTracks()))),
      this.microphone.open(both.then((stream) => firstTrack(stream.getAudioTracks()))),
    ]);
    await this.devices.refresh();
  }

  /**
   * Resumes audio processing. Must be called in a click or key handler, as some browsers require.
   */
  async wake(): Promise<void> {
    if (this.#context.state === 'suspended') await this.#context.resume();
  }

  /** Switches to a camera and turns it on. */
  async chooseCamera(cameraId: string): Promise<void> {
    this.#remember({ cameraId });
    await this.camera.open();
  }

  /** Switches to a phone's other camera. */
  async flipCamera(): Promise<void> {
    const facing = this.#choices.value.facing === 'user' ? 'environment' : 'user';
    this.#remember({ facing, cameraId: null });
    await this.camera.open();
  }

  /** Switches to a microphone and turns it on. */
  async chooseMicrophone(microphoneId: string): Promise<void> {
    this.#remember({ microphoneId });
    await this.microphone.open();
  }

  /**
   * Starts sharing a screen; resolves to the reason if sharing did not start, otherwise to null.
   */
  async shareScreen(): Promise<CaptureProblem | null> {
    return this.screen.start();
  }

  setScreenLayout(screenLayout: ScreenLayout): void {
    this.#remember({ screenLayout });
  }

  setCorner(corner: Corner): void {
    this.#remember({ corner });
    this.picture.setCorner(corner);
  }

  /**
   * Applies settings. Running sources are adapted in place, or reopened if the browser can't do
   * that.
   */
  async change(change: Partial<CaptureSettings>): Promise<void> {
    const settings = { ...this.#choices.value.settings, ...change };
    this.#remember({ settings });
    await Promise.all([this.#adaptCamera(), this.#adaptMicrophone(settings)]);
  }

  /** Turns off camera, microphone and screen; {@link open} turns them on again. */
  release(): void {
    this.camera.close();
    this.microphone.close();
    this.screen.stop();
  }

  /** Closes the capture permanently. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.picture.close();
    this.sound.close();
    this.release();
    this.devices.close();
    this.meter.close();
    this.#context.removeEventListener('statechange', this.#onContextChange);
    void this.#context.close();
  }

  readonly #onContextChange = (): void => {
    this.#contextRunning.value = this.#context.state === 'running';
  };

  async #askForBoth(): Promise<MediaStream> {
    const { media } = this.#options;
    if (media === undefined) throw new TypeError('mediaDevices is missing');
    return media.getUserMedia({ video: this.#cameraWish(), audio: this.#microphoneWish() });
  }

  #cameraWish(which: 'chosen' | 'any' = 'chosen'): MediaTrackConstraints {
    const { settings, cameraId, facing } = this.#choices.peek();
    return cameraConstraints(settings, { deviceId: which === 'any' ? null : cameraId, facing });
  }

  #microphoneWish(which: 'chosen' | 'any' = 'chosen'): MediaTrackConstraints {
    const { settings, microphoneId } = this.#choices.peek();
    return microphoneConstraints(settings, which === 'any' ? null : microphoneId);
  }

  #remember(change: Partial<CaptureChoices>): void {
    this.#choices.value = { ...this.#choices.value, ...change };
    try {
      this.#options.storage.setItem(STORAGE_KEY, writeChoices(this.#choices.value));
    } catch {
      // The storage is full or blocked, so the choice is forgotten when the page closes.
    }
  }

  async #adaptCamera(): Promise<void> {
    const { track } = this.camera;
    if (track === null) return;
    try {
      await track.applyConstraints(this.#cameraWish());
    } catch {
      await this.camera.open();
    }
  }

  async #adaptMicrophone(settings: CaptureSettings): Promise<void> {
    const { track } = this.microphone;
    if (track === null || soundMatches(track.getSettings(), settings)) return;
    // Chromium applies the processing that a microphone's first track requested to all its tracks.
    // Therefore, all tracks are released before the microphone is reopened, and the published audio
    // is silent for a moment.
    this.meter.listenTo(null);
    track.stop();
    await this.microphone.open();
  }

  /** Reads the device list again, so that {@link #recoverWith} can switch to a remaining device. */
  async #lost(kind: 'camera' | 'microphone'): Promise<void> {
    await this.devices.refresh();
    const left = this.devices[kind === 'camera' ? 'cameras' : 'microphones'].value;
    if (left.length === 0) {
      this.#options.onNotice(`The ${kind} was unplugged. Plug it back in to use it.`);
    }
  }

  /**
   * Reacts to a changed device list: opens a device if none was found before or the current one was
   * unplugged.
   */
  async #recoverWith(
    kind: 'camera' | 'microphone',
    devices: readonly CaptureDevice[],
  ): Promise<void> {
    const source = this[kind];
    const state = source.state.value;
    if (state.name !== 'failed' || devices.length === 0) return;
    const { kind: problem } = state.problem;
    if (problem !== 'unplugged' && problem !== 'missing') return;
    await source.open();
    const label = source.track?.label;
    if (label === undefined) return;
    const before = problem === 'unplugged' ? `The ${kind} was unplugged. ` : '';
    this.#options.onNotice(`${before}Now using ${label}.`);
  }

  #sharingStopped(): string {
    return this.camera.track === null
      ? 'You stopped sharing your screen.'
      : 'You stopped sharing your screen. Viewers see your camera again.';
  }
}

function firstTrack([track]: MediaStreamTrack[]): MediaStreamTrack {
  if (track === undefined) throw new DOMException('no track', 'NotFoundError');
  return track;
}
