import { describe, expect, it, vi } from 'vitest';
import { H264 } from '../../../test/support/h264-config.js';
import { createLog } from '../../common/logger.js';
import type { VideoConfig } from '../../media/codecs/codec-config.js';
import type {
  SourcePicture,
  Transcoder,
  TranscoderOptions,
} from '../../transcode/h264-transcoder.js';
import { Ladder } from './ladder.js';
import { type AbandoningWriter, LadderRendition } from './ladder-rendition.js';

/** An AVCDecoderConfigurationRecord with one parameter set of each kind. */
const RECORD = Buffer.from('0142e01fffe100046742e01f01000268ce', 'hex');
const PICTURES = 20;
const PICTURE_TICKS = 9_000;
const SEGMENT_TICKS = PICTURES * PICTURE_TICKS;
const log = createLog({ level: 'silent', format: 'text' });

/** Records each segment's number and frame count, such as `3: 20`, or `3: gap of 2 s`. */
class Recorder implements AbandoningWriter {
  readonly segments: string[] = [];
  #open: { msn: number; frames: number } | null = null;
  setInit(): void {}
  startSegment({ msn }: { msn: number }): void {
    this.#open = { msn, frames: 0 };
  }
  addPart({ frames }: { frames: number }): void {
    if (this.#open) this.#open.frames += frames;
  }
  endSegment(): void {
    if (this.#open) this.segments.push(`${this.#open.msn}: ${this.#open.frames}`);
    this.#open = null;
  }
  addGap({ msn, durationS }: { msn: number; durationS: number }): void {
    this.segments.push(`${msn}: gap of ${durationS} s`);
  }
  abandonSegment(durationS: number): void {
    this.segments.push(`${this.#open?.msn}: gap of ${durationS} s`);
    this.#open = null;
  }
  end(): void {}
}

/** Returns each frame at once on all outputs, unless told otherwise. */
class Echo implements Transcoder {
  isBehind = false;
  isFinishing = false;
  isMute = false;
  /** Whether it exits only when it is told to, like FFmpeg that still has frames to encode. */
  isSlow = false;
  isKilled = false;
  readonly pushed: SourcePicture[] = [];
  readonly #options: TranscoderOptions;
  constructor(options: TranscoderOptions) {
    this.#options = options;
  }
  get steps(): string[] {
    return this.#options.steps.map(({ name }) => name);
  }
  push(picture: SourcePicture): void {
    this.pushed.push(picture);
    const { steps, source, onPicture } = this.#options;
    if (!this.isMute) for (const step of steps) onPicture(step, { ...picture, config: source });
  }
  fail(): void {
    this.#options.onExit('killed');
  }
  finish(): void {
    this.isFinishing = true;
    if (!this.isSlow) this.exit();
  }
  exit(): void {
    this.#options.onExit(null);
  }
  kill(): void {
    this.isKilled = true;
  }
}

function scene() {
  const writers = { '720p': new Recorder(), '360p': new Recorder() };
  const transcoders: Echo[] = [];
  let nowMs = 0;
  let msn = 0;
  let config: VideoConfig = { ...H264, record: RECORD, width: 1920, height: 1080 };
  const dropped = vi.fn<() => void>();
  const ladder = new Ladder({
    renditions: new Map(
      Object.entries(writers).map(([name, writer]) => [
        name,
        new LadderRendition({ writer, partS: 0.33334 }),
      ]),
    ),
    source: () => config,
    transcoders: {
      start: (options) => {
        const echo = new Echo(options);
        transcoders.push(echo);
        return echo;
      },
      noteDropped: dropped,
    },
    nowMs: () => nowMs,
    log,
  });
  const picture = (at: number) => ({
    data: Uint8Array.of(0, 0, 0, 1, at === 0 ? 0x65 : 0x41),
    durationTicks: PICTURE_TICKS,
    keyFrame: at === 0,
  });
  /** Adds a segment of two seconds, calling `midway` after half of it. */
  const segment = ({ midway = () => {}, discontinuity = false } = {}) => {
    const baseTicks = msn * SEGMENT_TICKS;
    ladder.startSegment({ msn, wallMs: baseTicks / 90, discontinuity }, baseTicks);
    for (let at = 0; at < PICTURES; at += 1) {
      if (at === PICTURES / 2) midway();
      nowMs += 100;
      ladder.addPart(baseTicks + at * PICTURE_TICKS, [picture(at)]);
    }
    ladder.endSegment();
    msn += 1;
  };
  const resize = (height: number) => {
    config = { ...config, width: (height * 16) / 9, height };
  };
  return { ladder, writers, transcoders, segment, resize, dropped };
}

describe('a ladder', () => {
  it('ends if it is closed while FFmpeg encodes its last frames', async () => {
    const { ladder, transcoders, segment } = scene();
    segment();
    transcoders[0]!.isSlow = true;
    ladder.end();
    ladder.close();
    await ladder.ended;
    expect(transcoders[0]!.isKilled).toBe(true);
  });

  it('writes the source’s segments in all renditions', async () => {
    const { ladder, writers, segment } = scene();
    segment();
    segment();
    expect(ladder.made).toEqual(['720p', '360p']);
    ladder.end();
    await ladder.ended;
    expect(writers['720p'].segments).toEqual(['0: 20', '1: 20']);
    expect(writers['360p'].segments).toEqual(['0: 20', '1: 20']);
  });

  it('loses the open segment if FFmpeg fails, and restarts it with a later one', async () => {
    vi.useFakeTimers();
    const { ladder, writers, transcoders, segment } = scene();
    segment();
    segment({ midway: () => transcoders[0]?.fail() });
    await vi.advanceTimersByTimeAsync(300);
    segment();
    segment();
    ladder.end();
    await ladder.ended;
    vi.useRealTimers();
    expect(transcoders).toHaveLength(2);
    expect(transcoders[1]?.pushed[0]?.keyFrame).toBe(true);
    expect(writers['360p'].segments).toEqual(['0: 20', '1: gap of 2 s', '2: 20', '3: 20']);
  });

  it('drops its best rendition if FFmpeg is too slow, and continues with the other one', async () => {
    const { ladder, writers, transcoders, segment, dropped } = scene();
    segment();
    transcoders[0]!.isBehind = true;
    for (let i = 0; i < 4; i += 1) segment();
    ladder.end();
    await ladder.ended;
    expect(dropped).toHaveBeenCalledOnce();
    expect(transcoders[0]?.isKilled).toBe(true);
    expect(transcoders[1]?.steps).toEqual(['360p']);
    expect(ladder.dropped).toEqual(['720p']);
    expect(ladder.made).toEqual(['360p']);
    expect(writers['720p'].segments.slice(-2)).toEqual(['3: gap of 2 s', '4: gap of 2 s']);
    expect(writers['360p'].segments.at(-1)).toBe('4: 20');
    expect(writers['720p'].segments).toHaveLength(5);
    expect(writers['360p'].segments).toHaveLength(5);
  });

  it('never enlarges a source that becomes smaller', async () => {
    const { ladder, writers, transcoders, segment, resize } = scene();
    segment();
    resize(540);
    segment({ discontinuity: true });
    segment();
    ladder.end();
    await ladder.ended;
    expect(transcoders.map(({ steps }) => steps)).toEqual([['720p', '360p'], ['360p']]);
    expect(writers['720p'].segments).toEqual(['0: 20', '1: gap of 2 s', '2: gap of 2 s']);
    expect(writers['360p'].segments).toEqual(['0: 20', '1: 20', '2: 20']);
  });

  it('has the same gaps as the source', async () => {
    const { ladder, writers, segment } = scene();
    segment();
    ladder.addGap({ msn: 1, wallMs: 2_000, discontinuity: false }, SEGMENT_TICKS);
    ladder.end();
    await ladder.ended;
    expect(writers['360p'].segments).toEqual(['0: 20', '1: gap of 2 s']);
  });

  it('shows the last frame to the end of its segment, then has gaps, if FFmpeg returns no more frames', async () => {
    const { ladder, writers, transcoders, segment } = scene();
    segment({ midway: () => (transcoders[0]!.isMute = true) });
    segment();
    ladder.end();
    await ladder.ended;
    expect(writers['720p'].segments).toEqual(['0: 10', '1: gap of 2 s']);
  });
});
