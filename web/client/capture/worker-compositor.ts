import { breakoutBox } from './breakout-box.js';
import type { Corner } from './capture-settings.js';
import type { Compositor, CompositorInput } from './compositor.js';

/** Messages from the page to the compositor's worker. Streams are transferred with them. */
export type CompositorMessage =
  | {
      readonly type: 'start';
      readonly screen: ReadableStream<VideoFrame>;
      readonly output: WritableStream<VideoFrame>;
      readonly corner: Corner;
      readonly framesPerSecond: number;
    }
  | { readonly type: 'camera'; readonly camera: ReadableStream<VideoFrame> | null }
  | { readonly type: 'corner'; readonly corner: Corner }
  | { readonly type: 'close' };

/** Composes frame by frame in a dedicated worker, so that it continues while the tab is hidden. */
export class WorkerCompositor implements Compositor {
  readonly track: MediaStreamTrack;
  readonly #worker: Worker;
  #closed = false;

  static get supported(): boolean {
    return breakoutBox() !== null && typeof OffscreenCanvas !== 'undefined';
  }

  /** @throws Error if the browser lacks a feature that {@link supported} checks */
  constructor({ screen, camera, corner, frameRate }: CompositorInput) {
    const box = breakoutBox();
    if (box === null) throw new Error('this browser has no access to raw frames');
    const generator = new box.Generator({ kind: 'video' });
    generator.contentHint = 'detail';
    this.track = generator;
    this.#worker = new Worker(new URL('compositor.worker.ts', import.meta.url), {
      type: 'module',
      name: 'compositor',
    });
    const output = generator.writable;
    const readable = new box.Processor({ track: screen }).readable;
    this.#send({ type: 'start', screen: readable, output, corner, framesPerSecond: frameRate }, [
      readable,
      output,
    ]);
    this.setCamera(camera);
  }

  setCamera(camera: MediaStreamTrack | null): void {
    const box = breakoutBox();
    if (camera === null || box === null) {
      this.#send({ type: 'camera', camera: null }, []);
      return;
    }
    const readable = new box.Processor({ track: camera }).readable;
    this.#send({ type: 'camera', camera: readable }, [readable]);
  }

  setCorner(corner: Corner): void {
    this.#send({ type: 'corner', corner }, []);
  }

  close(): void {
    if (this.#closed) return;
    // The worker releases its streams and exits by itself. If it were terminated, the streams would
    // not be released.
    this.#send({ type: 'close' }, []);
    this.#closed = true;
    this.track.stop();
  }

  #send(message: CompositorMessage, transfer: Transferable[]): void {
    if (!this.#closed) this.#worker.postMessage(message, transfer);
  }
}
