import { type ReadonlySignal, signal } from '@preact/signals-core';
import { type CaptureProblem, captureProblem, captureProblemOf } from './capture-problem.js';

/** What a camera or microphone is doing. */
export type SourceState =
  | { readonly name: 'off' }
  | { readonly name: 'asking' }
  | { readonly name: 'on'; readonly track: MediaStreamTrack }
  | { readonly name: 'failed'; readonly problem: CaptureProblem };

/** Everything a {@link DeviceSource} needs to open its device. */
export interface DeviceSourceOptions {
  readonly kind: 'camera' | 'microphone';
  /** Undefined on an insecure page. */
  readonly media: MediaDevices | undefined;
  readonly secure: boolean;
  /** What to ask for now, called at every opening; `any`: whichever device the browser has. */
  readonly constraints: (which: 'chosen' | 'any') => MediaTrackConstraints;
  /** The device stopped by itself: unplugged, or its permission taken back. */
  readonly onLost: () => void;
}

/**
 * One camera or microphone: opened, switched and closed. The newest call wins; what an older one
 * still brings is stopped at once, so no device stays lit that nobody uses.
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
   * Opens the device that the constraints name, or switches to it: the old track runs until the new
   * one is there. `offered` is a track that is being asked for together with another device's; where
   * that fails the source asks for itself. Never throws; the state tells how it went.
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
      // Only now: whoever publishes has taken the new one.
      old?.stop();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // A failed switch keeps what still works.
      if (old?.readyState === 'live') return;
      this.#fail(captureProblemOf(error, this.#options.kind, this.#options));
    }
  }

  /** Turns the device off; its light goes out. */
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
      // The device of the last visit is not plugged in today.
      if (name === 'OverconstrainedError') return this.#ask('any');
      // Phones open one camera at a time: let go of the old one and ask once more.
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
    // Not fired for our own stop().
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
