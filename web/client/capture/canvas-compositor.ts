import type { Corner } from './capture-settings.js';
import type { Compositor, CompositorInput } from './compositor.js';
import { canvasSizeFor } from './scene-layout.js';
import { paintScene, type Picture } from './scene-painter.js';
import type { TickerMessage } from './ticker.worker.js';

/** Composes on a hidden canvas, for browsers without access to raw frames. */
export class CanvasCompositor implements Compositor {
  readonly track: MediaStreamTrack;
  readonly #context: CanvasRenderingContext2D;
  readonly #screen: HTMLVideoElement;
  #camera: HTMLVideoElement | null = null;
  #corner: Corner;
  readonly #ticker: Worker;

  /** @throws Error if the browser cannot capture a 2D canvas. */
  constructor({ screen, camera, corner, frameRate }: CompositorInput) {
    const context = document.createElement('canvas').getContext('2d', { alpha: false });
    if (context === null) throw new Error('this browser has no 2d canvas');
    this.#context = context;
    this.#corner = corner;
    this.#screen = play(screen);
    this.setCamera(camera);
    const [track] = context.canvas.captureStream(frameRate).getVideoTracks();
    if (track === undefined) throw new Error('this browser cannot capture a canvas');
    track.contentHint = 'detail';
    this.track = track;
    this.#ticker = new Worker(new URL('ticker.worker.ts', import.meta.url), { type: 'module' });
    this.#ticker.addEventListener('message', () => this.#paint());
    const periodMs: TickerMessage = 1_000 / frameRate;
    this.#ticker.postMessage(periodMs);
  }

  setCamera(camera: MediaStreamTrack | null): void {
    release(this.#camera);
    this.#camera = camera === null ? null : play(camera);
  }

  setCorner(corner: Corner): void {
    this.#corner = corner;
  }

  close(): void {
    this.#ticker.terminate();
    this.track.stop();
    release(this.#screen);
    release(this.#camera);
  }

  #paint(): void {
    const screen = pictureOf(this.#screen);
    if (screen === null) return;
    const { canvas } = this.#context;
    const size = canvasSizeFor(screen);
    if (canvas.width !== size.width || canvas.height !== size.height) {
      canvas.width = size.width;
      canvas.height = size.height;
    }
    const camera = this.#camera === null ? null : pictureOf(this.#camera);
    paintScene(this.#context, { screen, camera, corner: this.#corner });
  }
}

function play(track: MediaStreamTrack): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  // This rejects only if the element is removed before playback starts.
  video.play().catch(() => undefined);
  return video;
}

function release(video: HTMLVideoElement | null): void {
  if (video !== null) video.srcObject = null;
}

function pictureOf(video: HTMLVideoElement): Picture | null {
  const { videoWidth: width, videoHeight: height } = video;
  return width === 0 || height === 0 ? null : { image: video, width, height };
}
