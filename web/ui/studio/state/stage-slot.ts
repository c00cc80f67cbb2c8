import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { RtpCapabilities } from '../../../../src/protocol/rtc.js';
import type { SceneFormat } from '../../../../src/protocol/scene.js';
import type { Capture } from '../../../client/capture/capture.js';
import type { ServerClock } from '../../../client/clock.js';
import type { Connection } from '../../../client/connection.js';
import { stageApi } from '../../../client/stage-api.js';
import type { HostStage } from '../stage-panel/host-stage.js';
import type * as StageParts from '../stage-panel/stage-parts.js';
import { type StageBefore, StageMark, type TabStorage } from './stage-mark.js';

/** An open stage, with the components that show it. */
export interface OpenStage {
  readonly host: HostStage;
  readonly parts: typeof StageParts;
}

/** What is published: the camera and microphone, or the programme of the stage. */
export interface Published {
  readonly video: MediaStreamTrack | null;
  readonly audio: MediaStreamTrack | null;
  /** Whether the audio is known to be silent. */
  readonly silent: boolean;
}

export interface StageSlotOptions {
  readonly hostName: string;
  readonly capture: Capture;
  readonly connection: Connection;
  readonly clock: ServerClock;
  /** The SFU's capabilities; null if the page doesn't know them, as on the development server. */
  readonly rtpCapabilities: RtpCapabilities | null;
  /** The tab's storage, which remembers the open stage across reloads. */
  readonly storage: TabStorage;
}

/**
 * The place for the stage in the studio, which is empty for most broadcasts. The stage's code is
 * loaded on demand.
 */
export class StageSlot {
  readonly #options: StageSlotOptions;
  readonly #mark: StageMark;
  readonly #current = signal<OpenStage | null>(null);
  readonly #opening = signal(false);

  readonly published: ReadonlySignal<Published> = computed(() => {
    const { picture, sound } = this.#options.capture;
    const stage = this.#current.value;
    if (stage) {
      const { video, audio } = stage.host.mix;
      return { video, audio, silent: false };
    }
    return { video: picture.track.value, audio: sound.track.value, silent: sound.silent.value };
  });

  constructor(options: StageSlotOptions) {
    this.#options = options;
    this.#mark = new StageMark(options.storage);
    effect(() => this.#remember());
    effect(() => {
      const mix = this.#current.value?.host.mix;
      if (!mix || mix.listening.value) return undefined;
      // Browsers start and resume audio only in response to a click or key press.
      const wake = (): void => void mix.wake();
      const events = ['pointerdown', 'keydown'] as const;
      for (const event of events) document.addEventListener(event, wake);
      return () => {
        for (const event of events) document.removeEventListener(event, wake);
      };
    });
  }

  /** The open stage; null if it isn't open. */
  get current(): ReadonlySignal<OpenStage | null> {
    return this.#current;
  }

  get opening(): ReadonlySignal<boolean> {
    return this.#opening;
  }

  /** Whether this page can have a stage. */
  get isAvailable(): boolean {
    return this.#options.rtpCapabilities !== null;
  }

  /**
   * Opens a channel's stage. Rejects if its code or scenes can't be loaded, or if the browser can't
   * mix.
   * @param format the programme's format; null for the last one used
   */
  async open(channel: string, format: SceneFormat | null): Promise<void> {
    const { rtpCapabilities, ...shared } = this.#options;
    if (this.#current.peek() || this.#opening.peek() || rtpCapabilities === null) return;
    this.#opening.value = true;
    try {
      const [parts, list] = await Promise.all([
        import('../stage-panel/stage-parts.js'),
        stageApi.scenes(channel),
      ]);
      const chosen = { ...list, format: format ?? list.format };
      // The format is saved so that the programme has the same one after a reload.
      if (chosen.format !== list.format) await stageApi.saveScenes(channel, chosen);
      const host = new parts.HostStage({ ...shared, channel, rtpCapabilities, list: chosen });
      this.#current.value = { host, parts };
      void host.mix.wake();
    } finally {
      this.#opening.value = false;
    }
  }

  /** Returns whether the channel's stage was open in this tab before. The next call returns `no`. */
  takeBefore(channel: string): StageBefore {
    return this.#mark.take(channel);
  }

  /** Closes the stage, which sends the guests away. Throws `RequestError`. */
  async close(): Promise<void> {
    const stage = this.#current.peek();
    if (!stage) return;
    if (stage.host.isHere.peek()) await stage.host.end();
    this.#release(stage);
  }

  /**
   * Closes the stage without waiting for the server. If the server can't be reached, it sends the
   * guests away after the grace period.
   */
  closeNow(): void {
    const stage = this.#current.peek();
    if (!stage) return;
    if (stage.host.isHere.peek()) stage.host.end().catch(() => undefined);
    this.#release(stage);
  }

  #release(stage: OpenStage): void {
    this.#current.value = null;
    this.#mark.closed();
    stage.host.close();
  }

  /** Remembers that the stage is open while this page has it. */
  #remember(): (() => void) | undefined {
    const host = this.#current.value?.host;
    if (!host) return undefined;
    if (!host.isHere.value) {
      this.#mark.closed();
      return undefined;
    }
    const stay = (): void => this.#mark.opened(host.channel);
    const leave = (): void => this.#mark.left();
    stay();
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', stay);
    return () => {
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', stay);
    };
  }
}
