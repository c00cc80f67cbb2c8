import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type CaptureProblem, captureProblem, captureProblemOf } from './capture-problem.js';

/** The state of a camera or microphone. */
export type SourceState =
  | { readonly name: 'off' }
  | { readonly name: 'asking' }
  | { readonly name: 'on'; readonly track: MediaStreamTrack }
  | { readonly name: 'failed'; readonly problem: CaptureProblem };

/** The dependencies of a {@link DeviceSource}. */
export interface DeviceSourceOptions {
  readonly kind: 'camera' | 'microphone';
  /** The browser's media devices; undefined on an insecure page. */
  readonly media: MediaDevices | undefined;
  readonly secure: boolean;
  /**
   * Returns the current constraints. Called whenever the device is opened. `any` means that any
   * device will do, not just the chosen one.
   */
  readonly constraints: (which: 'chosen' | 'any') => MediaTrackConstraints;
  /** Called when the device stops on its own: it was unplugged, or permission was revoked. */
  readonly onLost: () => void;
}

/**
 * Opens, switches and closes one camera or microphone. Only the newest call counts; a track from an
 * older call is stopped immediately, so an unused device's light doesn't stay on.
 */
export class DeviceSource {
  readonly #options: DeviceSourceOptions;
  readonly #state = signal<SourceState>({ name: 'off' });
  #attempt = 0;

  constructor(options: DeviceSourceOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<SourceState> {
    return this.#state;
  }

  /** The running track, or null. */
  get track(): MediaStreamTrack | null {
    const state = this.#state.value;
    return state.name === 'on' ? state.track : null;
  }

  /**
   * Opens the device that the constraints select, or switches to it; the old track runs until the
   * new one is available. `offered` is a track that was requested together with another device's;
   * if that request fails, the source makes its own. Never throws; the state reports the result.
   */
  async open(offered?: Promise<MediaStreamTrack>): Promise<void> {
    const attempt = ++this.#attempt;
    const old = this.track;
    if (old === null) this.#state.value = { name: 'asking' };
    try {
      const track = await (offered?.catch(() => this.#acquire(old)) ?? this.#acquire(old));
      if (attempt !== this.#attempt) {
        track.stop();
        return;
      }
      this.#watch(track);
      this.#state.value = { name: 'on', track };
      // Stop the old track only after the publisher has switched to the new one.
      old?.stop();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // If a switch fails, the current track stays in use.
      if (old?.readyState === 'live') return;
      this.#fail(captureProblemOf(error, this.#options.kind, this.#options));
    }
  }

  /** Turns the device off, including its light. */
  close(): void {
    this.#attempt += 1;
    this.track?.stop();
    this.#state.value = { name: 'off' };
  }

  async #acquire(old: MediaStreamTrack | null): Promise<MediaStreamTrack> {
    try {
      return await this.#ask();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      // The device from the last visit is not plugged in.
      if (name === 'OverconstrainedError') return this.#ask('any');
      // Phones can open only one camera at a time, so the old one is released and the request
      // retried once.
      if (old === null || name !== 'NotReadableError') throw error;
      old.stop();
      return this.#ask();
    }
  }

  async #ask(which: 'chosen' | 'any' = 'chosen'): Promise<MediaStreamTrack> {
    const { media, kind, constraints } = this.#options;
    if (media === undefined) throw new TypeError('mediaDevices is missing');
    const stream = await media.getUserMedia(
      kind === 'camera' ? { video: constraints(which) } : { audio: constraints(which) },
    );
    const track = stream.getTracks()[0];
    if (track === undefined) throw new DOMException('no track', 'NotFoundError');
    return track;
  }

  #watch(track: MediaStreamTrack): void {
    // This event doesn't occur after our own call of stop().
    track.addEventListener('ended', () => {
      if (this.track !== track) return;
      this.#fail(captureProblem(this.#options.kind, 'unplugged'));
      this.#options.onLost();
    });
  }

  #fail(problem: CaptureProblem): void {
    this.#state.value = { name: 'failed', problem };
  }
}
