import { breakoutBox } from '../capture/breakout-box.js';
import { fontFiles } from './font-files.js';
import type { VideoOptions } from './picture-source.js';
import type { ProgrammeMessage } from './programme-message.js';
import type { ProgrammeState } from '../../../src/programme/programme-state.js';
import { PROGRAMME_FPS, type ProgrammeVideo, type ProgrammeVideoInput } from './programme-video.js';

/** Paints the programme in a dedicated worker, so that it continues while the tab is hidden. */
export class WorkerProgramme implements ProgrammeVideo {
  readonly track: MediaStreamTrack;
  readonly #worker: Worker;
  #closed = false;

  static get supported(): boolean {
    return breakoutBox() !== null && typeof OffscreenCanvas !== 'undefined';
  }

  /** @throws Error if the browser lacks a feature that {@link supported} checks */
  constructor({ state, preview }: ProgrammeVideoInput) {
    const box = breakoutBox();
    if (box === null) throw new Error('this browser has no access to raw frames');
    const generator = new box.Generator({ kind: 'video' });
    this.track = generator;
    this.#worker = new Worker(new URL('programme.worker.ts', import.meta.url), {
      type: 'module',
      name: 'programme',
    });
    const output = generator.writable;
    const canvas = preview.transferControlToOffscreen();
    this.#send(
      {
        type: 'start',
        output,
        preview: canvas,
        state,
        framesPerSecond: PROGRAMME_FPS,
        fonts: fontFiles,
      },
      [output, canvas],
    );
  }

  setVideo(key: string, track: MediaStreamTrack | null, { frozenAfterMs }: VideoOptions): void {
    const box = breakoutBox();
    // A processor for an ended track would fail.
    const isLive = track !== null && track.readyState === 'live';
    const stream = isLive && box !== null ? new box.Processor({ track }).readable : null;
    this.#send({ type: 'video', key, stream, frozenAfterMs }, stream ? [stream] : []);
  }

  setStill(key: string, bitmap: ImageBitmap | null): void {
    this.#send({ type: 'still', key, bitmap }, bitmap ? [bitmap] : []);
  }

  setState(
    state: ProgrammeState,
    { fade, serverAheadMs }: { fade: boolean; serverAheadMs: number },
  ): void {
    this.#send({ type: 'state', state, fade, serverAheadMs }, []);
  }

  setPreview(state: ProgrammeState | null): void {
    this.#send({ type: 'preview', state }, []);
  }

  close(): void {
    if (this.#closed) return;
    // The worker releases its streams and exits by itself. If it were terminated, the streams would
    // not be released.
    this.#send({ type: 'close' }, []);
    this.#closed = true;
    this.track.stop();
  }

  #send(message: ProgrammeMessage, transfer: Transferable[]): void {
    if (!this.#closed) this.#worker.postMessage(message, transfer);
  }
}
