import type { Picture } from '../capture/scene-painter.js';
import type { PictureSource, VideoOptions } from './picture-source.js';

/**
 * The newest frame of a stream. At most one frame is held, and every frame is closed, because
 * browsers provide only a few frames per source, and the source stalls once they are used up.
 */
export class FrameSource implements PictureSource {
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;
  readonly #frozenAfterMs: number;
  #frame: VideoFrame | null = null;
  #version = 0;
  #arrivedMs = 0;
  #closed = false;

  constructor(stream: ReadableStream<VideoFrame>, { frozenAfterMs }: VideoOptions) {
    this.#reader = stream.getReader();
    this.#frozenAfterMs = frozenAfterMs;
    void this.#pump();
  }

  get version(): number {
    return this.#version;
  }

  picture(nowMs: number): Picture | null {
    if (this.#frame === null || nowMs - this.#arrivedMs > this.#frozenAfterMs) return null;
    const { displayWidth: width, displayHeight: height } = this.#frame;
    return { image: this.#frame, width, height };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#replace(null);
    // This rejects if the stream has already failed.
    this.#reader.cancel().catch(() => undefined);
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done || value === undefined) break;
        if (this.#closed) {
          value.close();
          continue;
        }
        this.#replace(value);
      }
    } catch {
      // The stream failed, which ends the video too.
    }
    this.#replace(null);
  }

  #replace(frame: VideoFrame | null): void {
    this.#frame?.close();
    this.#frame = frame;
    this.#version += 1;
    this.#arrivedMs = performance.now();
  }
}
