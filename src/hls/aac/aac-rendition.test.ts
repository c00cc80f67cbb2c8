import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOpus } from '../../../test/support/ogg-opus.js';
import { createLog } from '../../common/logger.js';
import { TypedEmitter } from '../../common/typed-emitter.js';
import type { Sample } from '../../media/mp4/sample.js';
import type { RenditionWriter, SegmentStart, WrittenPart } from '../timeline/rendition-writer.js';
import { AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import { AacRendition } from './aac-rendition.js';
import { AacThread } from '../../media/aac/aac-thread.js';

const PART_S = 0.33334;
const PACKETS_PER_PART = 16;
const PACKETS_PER_SEGMENT = 100;
const SEGMENT_TICKS = 96_000;
const log = createLog({ level: 'silent', format: 'text' });

type Written = {
  start: SegmentStart;
  gapS?: number;
  ended: boolean;
  parts: { baseTicks: number; frames: number }[];
};

/** Records everything written; emits `segment` for each finished segment or gap. */
class Recorder implements RenditionWriter {
  readonly events = new TypedEmitter<{ segment: [Written]; ended: [] }>();
  readonly segments: Written[] = [];
  ended = false;

  setInit(): void {}
  startSegment(start: SegmentStart): void {
    this.segments.push({ start, ended: false, parts: [] });
  }
  addPart({ bytes, frames }: WrittenPart): void {
    const part = Buffer.from(bytes);
    // The 64-bit time follows the box's type, version and flags.
    const baseTicks = Number(part.readBigUInt64BE(part.indexOf('tfdt') + 8));
    this.segments.at(-1)!.parts.push({ baseTicks, frames });
  }
  endSegment(): void {
    this.segments.at(-1)!.ended = true;
    this.events.emit('segment', this.segments.at(-1)!);
  }
  addGap({ durationS, ...start }: SegmentStart & { durationS: number }): void {
    this.segments.push({ start, gapS: durationS, ended: true, parts: [] });
    this.events.emit('segment', this.segments.at(-1)!);
  }
  end(): void {
    this.ended = true;
    this.events.emit('ended');
  }
  async until(done: () => boolean): Promise<void> {
    while (!done()) await Promise.race([this.events.once('segment'), this.events.once('ended')]);
  }
  get written(): Written[] {
    return this.segments.filter(({ gapS, ended }) => ended && gapS === undefined);
  }
}

describe('AacRendition', () => {
  let opus: Sample[];
  const thread = new AacThread(log);
  beforeAll(async () => {
    opus = await readOpus('test/fixtures/sound/beeps.opus');
  });
  afterAll(() => thread.close());

  const start = (encoder: Pick<AacThread, 'open'> = thread) => {
    const writer = new Recorder();
    const rendition = new AacRendition({ writer, encoder, partTargetS: PART_S, log });
    let msn = 0;
    /** Writes segments of two seconds. */
    const play = (segments: number, { from = msn * SEGMENT_TICKS, discontinuity = false } = {}) => {
      for (let i = 0; i < segments; i += 1, msn += 1) {
        const baseTicks = from + i * SEGMENT_TICKS;
        const wallMs = 1_000_000 + baseTicks / 48;
        rendition.startSegment({ msn, wallMs, discontinuity: discontinuity && i === 0 }, baseTicks);
        for (let at = 0; at < PACKETS_PER_SEGMENT; at += PACKETS_PER_PART) {
          const end = Math.min(at + PACKETS_PER_PART, PACKETS_PER_SEGMENT);
          rendition.addPart(baseTicks + at * 960, opus.slice(at, end));
        }
        rendition.endSegment();
      }
    };
    return { writer, rendition, play };
  };

  const expectContiguous = (segments: Written[]) => {
    const parts = segments.flatMap((segment) => segment.parts);
    for (const [index, { baseTicks, frames }] of parts.entries()) {
      const next = parts[index + 1];
      if (next) expect(next.baseTicks).toBe(baseTicks + frames * AAC_FRAME_TICKS);
    }
  };

  it('writes the segments it receives, with boundaries that deviate by at most half a frame', async () => {
    const { writer, rendition, play } = start();
    rendition.want();
    play(4);
    rendition.end();
    await writer.until(() => writer.ended);
    expect(writer.segments.map((segment) => segment.start.msn)).toEqual([0, 1, 2, 3]);
    for (const { start: at, parts } of writer.written) {
      const offTicks = parts[0]!.baseTicks - at.msn * SEGMENT_TICKS;
      expect(Math.abs(offTicks)).toBeLessThanOrEqual(AAC_FRAME_TICKS / 2);
      expect(at.wallMs).toBeCloseTo(1_000_000 + parts[0]!.baseTicks / 48, 6);
    }
    expectContiguous(writer.written);
    const last = writer.written.at(-1)!.parts.at(-1)!;
    const endTicks = last.baseTicks + last.frames * AAC_FRAME_TICKS;
    expect(Math.abs(endTicks - 4 * SEGMENT_TICKS)).toBeLessThanOrEqual(AAC_FRAME_TICKS / 2);
  });

  it('makes parts as long as the target allows, aligned with the Opus parts', async () => {
    const { writer, rendition, play } = start();
    rendition.want();
    play(1);
    rendition.end();
    await writer.until(() => writer.ended);
    // 15 frames last 320 ms, the same as 16 Opus packets; a segment has 93.75 frames.
    expect(writer.written[0]!.parts.map(({ frames }) => frames)).toEqual([
      15, 15, 15, 15, 15, 15, 4,
    ]);
  });

  it('encodes nothing until AAC is wanted, then encodes the newest segments and writes gaps for earlier ones', async () => {
    const { writer, rendition, play } = start();
    play(12);
    expect(writer.segments.map(({ gapS }) => gapS)).toEqual([2, 2]);
    rendition.want();
    await writer.until(() => writer.written.length === 10);
    expect(writer.written.map((segment) => segment.start.msn)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 2),
    );
    rendition.end();
    await writer.until(() => writer.ended);
  });

  it('stops when AAC is no longer wanted, and resumes without an overlap', async () => {
    const { writer, rendition, play } = start();
    rendition.want();
    play(2);
    await writer.until(() => writer.written.length === 2);
    rendition.unwant();
    play(1);
    rendition.want();
    play(1);
    await writer.until(() => writer.written.length === 4);
    expectContiguous(writer.written);
    rendition.unwant();
    play(11);
    expect(writer.segments.filter(({ gapS }) => gapS !== undefined)).toHaveLength(1);
    rendition.end();
    expect(writer.ended).toBe(true);
    expect(writer.segments.map((segment) => segment.start.msn)).toEqual(
      Array.from({ length: 15 }, (_, msn) => msn),
    );
  });

  it('writes all requested segments when the broadcast ends, even if AAC is no longer wanted', async () => {
    const { writer, rendition, play } = start();
    rendition.want();
    play(2);
    rendition.end();
    rendition.unwant();
    await rendition.ended;
    expect(writer.ended).toBe(true);
    expect(writer.written.map((segment) => segment.start.msn)).toEqual([0, 1]);
  });

  it('finishes a segment that has no successor, and starts a new grid when the publisher returns', async () => {
    const { writer, rendition, play } = start();
    rendition.want();
    play(1);
    await writer.until(() => writer.written.length === 1);
    const from = 1_000_001;
    play(1, { from, discontinuity: true });
    await writer.until(() => writer.written.length === 2);
    expect(writer.written[1]!.start.discontinuity).toBe(true);
    expect(writer.written[1]!.parts[0]!.baseTicks).toBe(from);
    rendition.end();
    await writer.until(() => writer.ended);
  });

  it('resumes at the same position if the encoder thread dies in the middle of a segment', async () => {
    const dying = new AacThread(log);
    const { writer, rendition, play } = start(dying);
    rendition.want();
    play(1);
    await writer.until(() => writer.written.length === 1);
    play(2);
    dying.close();
    await writer.until(() => writer.written.length === 3);
    expect(writer.segments).toHaveLength(3);
    expectContiguous(writer.written);
    rendition.end();
    await writer.until(() => writer.ended);
    dying.close();
  });

  it('abandons the oldest segments if no encoder is available, and still ends', async () => {
    const { writer, rendition, play } = start({
      open: (_from, taker) => {
        queueMicrotask(() => taker.failed('none'));
        return { feed: () => {}, finish: () => {}, close: () => {} };
      },
    });
    rendition.want();
    play(16);
    expect(writer.segments.map(({ gapS }) => gapS)).toEqual([2, 2, 2]);
    rendition.end();
    await writer.until(() => writer.ended);
    expect(writer.segments.every(({ gapS }) => gapS === 2)).toBe(true);
    expect(writer.segments).toHaveLength(16);
  });

  it('treats packets that are not Opus as silence', async () => {
    const { writer, rendition } = start();
    rendition.want();
    rendition.startSegment({ msn: 0, wallMs: 0, discontinuity: false }, 0);
    const broken = { data: new Uint8Array(9_000).fill(255), durationTicks: 960, keyFrame: true };
    const empty = { ...broken, data: new Uint8Array() };
    rendition.addPart(0, [
      broken,
      empty,
      opus[0]!,
      { ...broken, data: Uint8Array.of(3, 255, 255) },
    ]);
    rendition.endSegment();
    rendition.end();
    await writer.until(() => writer.ended);
    expect(writer.written[0]!.parts).toEqual([{ baseTicks: 0, frames: 4 }]);
  });
});
