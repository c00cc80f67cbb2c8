import { assertNever } from '../../../src/protocol/assert-never.js';
import { FrameSource } from './frame-source.js';
import { StillSource } from './picture-source.js';
import { selectInter } from './paint-tiles.js';
import { Programme } from './programme.js';
import type { ProgrammeMessage } from './programme-message.js';
import { SteadyClock } from './steady-clock.js';

declare global {
  // This is absent from the window, where `document.fonts` is its counterpart.
  var fonts: FontFaceSet | undefined;
}

type Start = Extract<ProgrammeMessage, { type: 'start' }>;

/** Every third frame is also painted on the preview. */
const PREVIEW_EVERY = 3;

/** Paints the programme at a fixed rate and writes its frames into the output track. */
class ProgrammeLoop {
  readonly programme: Programme;
  serverAheadMs = 0;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  readonly #clock: SteadyClock;
  #last: VideoFrame | null = null;
  #writing = false;
  #ticks = 0;

  constructor({ output, preview, state, framesPerSecond }: Start) {
    this.#context = contextOf(new OffscreenCanvas(2, 2), { alpha: false });
    const contexts = { programme: this.#context, preview: contextOf(preview, { alpha: true }) };
    this.programme = new Programme(contexts, state);
    this.#writer = output.getWriter();
    this.#clock = new SteadyClock(framesPerSecond, (dueMs) => void this.#tick(dueMs));
  }

  close(): void {
    this.#clock.close();
    this.programme.close();
    this.#last?.close();
    this.#last = null;
    // This rejects if the track has already been stopped, which also ends the stream.
    this.#writer.close().catch(() => undefined);
  }

  async #tick(dueMs: number): Promise<void> {
    const clock = { nowMs: dueMs, serverMs: Date.now() + this.serverAheadMs };
    this.#ticks += 1;
    if (this.#ticks % PREVIEW_EVERY === 0) this.programme.paintPreview(clock);
    // If the previous frame is still being written, the encoder is slow, and this one is skipped
    // rather than queued.
    if (this.#writing) return;
    this.#writing = true;
    const frame = this.#frame(clock);
    try {
      await this.#writer.write(frame);
    } catch {
      // The track was stopped, and this worker is about to exit.
      frame.close();
    } finally {
      this.#writing = false;
    }
  }

  /** Returns the next frame. An unchanged picture is sent again without painting or copying. */
  #frame(clock: { nowMs: number; serverMs: number }): VideoFrame {
    const timestamp = Math.round(clock.nowMs * 1_000);
    if (this.programme.paint(clock) || this.#last === null) {
      this.#last?.close();
      this.#last = new VideoFrame(this.#context.canvas, { timestamp });
    }
    return new VideoFrame(this.#last, { timestamp });
  }
}

function contextOf(
  canvas: OffscreenCanvas,
  settings: CanvasRenderingContext2DSettings,
): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', settings);
  if (context === null) throw new Error('no 2d canvas in this worker');
  return context;
}

let loop: ProgrammeLoop | null = null;

globalThis.addEventListener('message', ({ data }: MessageEvent<ProgrammeMessage>) => {
  switch (data.type) {
    case 'start':
      loop = new ProgrammeLoop(data);
      void loadFonts(data.fonts);
      break;
    case 'state':
      if (loop === null) return;
      loop.serverAheadMs = data.serverAheadMs;
      loop.programme.setState(data.state, { fade: data.fade, nowMs: performance.now() });
      break;
    case 'preview':
      loop?.programme.setPreview(data.state);
      break;
    case 'video':
      loop?.programme.setSource(
        data.key,
        data.stream && new FrameSource(data.stream, { frozenAfterMs: data.frozenAfterMs }),
      );
      break;
    case 'still':
      loop?.programme.setSource(data.key, data.bitmap && new StillSource(data.bitmap));
      break;
    case 'close':
      loop?.close();
      globalThis.close();
      break;
    default:
      assertNever(data);
  }
});

/**
 * Loads the fonts, which a worker doesn't inherit from the page. Until then, texts use a system
 * font.
 */
async function loadFonts(fonts: Start['fonts']): Promise<void> {
  const loaded = await Promise.allSettled(
    fonts.map(async ({ url, unicodeRange }) => {
      const face = new FontFace('Inter Variable', `url(${JSON.stringify(url)})`, {
        weight: '100 900',
        unicodeRange,
      });
      globalThis.fonts?.add(await face.load());
    }),
  );
  if (!loaded.some(({ status }) => status === 'fulfilled')) return;
  selectInter();
  loop?.programme.renewTexts();
}
