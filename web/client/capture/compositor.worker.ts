import { canvasSizeFor } from './scene-layout.js';
import { paintScene, type Picture } from './scene-painter.js';
import type { Corner } from './capture-settings.js';
import type { CompositorMessage } from './worker-compositor.js';
import { assertNever } from '../../../src/protocol/assert-never.js';

/**
 * The interval at which the last frame is repeated while no new one arrives, in milliseconds.
 * Encoders and viewers need a steady flow.
 */
const PULSE_MS = 500;

/** Holds the newest frame of a stream and closes older ones, so that at most one frame is held. */
class LatestFrame {
  frame: VideoFrame | null = null;
  #reader: ReadableStreamDefaultReader<VideoFrame> | null = null;

  follow(stream: ReadableStream<VideoFrame> | null, onFrame: () => void): void {
    // A reader that can't be canceled has already ended.
    void this.#reader?.cancel().catch(() => undefined);
    this.#reader = stream?.getReader() ?? null;
    if (this.#reader === null) this.#replace(null);
    else void this.#pump(this.#reader, onFrame);
  }

  async #pump(reader: ReadableStreamDefaultReader<VideoFrame>, onFrame: () => void): Promise<void> {
    for (;;) {
      const { value, done } = await reader.read();
      if (done || value === undefined) return;
      if (reader !== this.#reader) {
        value.close();
        return;
      }
      this.#replace(value);
      onFrame();
    }
  }

  #replace(frame: VideoFrame | null): void {
    this.frame?.close();
    this.frame = frame;
  }
}

/** Draws the newest screen and camera frames into the output at the requested rate. */
class Composer {
  readonly #screen = new LatestFrame();
  readonly #camera = new LatestFrame();
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #timer: ReturnType<typeof setInterval>;
  #corner: Corner;
  #fresh = false;
  #writing = false;
  #lastMs = 0;

  constructor(start: Extract<CompositorMessage, { type: 'start' }>) {
    const context = new OffscreenCanvas(2, 2).getContext('2d', { alpha: false });
    if (context === null) throw new Error('no 2d canvas in this worker');
    this.#context = context;
    this.#corner = start.corner;
    this.#writer = start.output.getWriter();
    this.#screen.follow(start.screen, this.#onFrame);
    this.#timer = setInterval(() => void this.#tick(), 1_000 / start.framesPerSecond);
  }

  showCamera(camera: ReadableStream<VideoFrame> | null): void {
    this.#camera.follow(camera, this.#onFrame);
    this.#fresh = true;
  }

  moveCamera(corner: Corner): void {
    this.#corner = corner;
    this.#fresh = true;
  }

  /** Releases the streams. The screen and camera tracks keep running for other consumers. */
  close(): void {
    clearInterval(this.#timer);
    this.#screen.follow(null, this.#onFrame);
    this.#camera.follow(null, this.#onFrame);
    // This rejects if the track has already been stopped, which also ends the stream.
    this.#writer.close().catch(() => undefined);
  }

  readonly #onFrame = (): void => {
    this.#fresh = true;
  };

  async #tick(): Promise<void> {
    const nowMs = performance.now();
    const due = this.#fresh || nowMs - this.#lastMs >= PULSE_MS;
    const screen = this.#screen.frame;
    // If the previous frame is still being written, the encoder is slow, and this one is skipped
    // rather than queued.
    if (!due || screen === null || this.#writing) return;
    this.#writing = true;
    this.#fresh = false;
    this.#lastMs = nowMs;
    this.#paint(screen);
    const frame = new VideoFrame(this.#context.canvas, { timestamp: Math.round(nowMs * 1_000) });
    try {
      await this.#writer.write(frame);
    } catch {
      // The track was stopped, and this worker is about to exit.
      frame.close();
    } finally {
      this.#writing = false;
    }
  }

  #paint(screen: VideoFrame): void {
    const { canvas } = this.#context;
    const screenPicture = pictureOf(screen);
    const size = canvasSizeFor(screenPicture);
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
    }
    const camera = this.#camera.frame;
    paintScene(this.#context, {
      screen: screenPicture,
      camera: camera === null ? null : pictureOf(camera),
      corner: this.#corner,
    });
  }
}

function pictureOf(frame: VideoFrame): Picture {
  return { image: frame, width: frame.displayWidth, height: frame.displayHeight };
}

let composer: Composer | null = null;

globalThis.addEventListener('message', ({ data }: MessageEvent<CompositorMessage>) => {
  switch (data.type) {
    case 'start':
      composer = new Composer(data);
      break;
    case 'camera':
      composer?.showCamera(data.camera);
      break;
    case 'corner':
      composer?.moveCamera(data.corner);
      break;
    case 'close':
      composer?.close();
      globalThis.close();
      break;
    default:
      assertNever(data);
  }
});
