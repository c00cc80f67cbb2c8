import type { CodecConfig } from '../../src/media/codecs/codec-config.js';
import { timescaleOf } from '../../src/media/codecs/codec-config.js';
import type {
  RenditionId,
  RenditionWriter,
  SegmentStart,
} from '../../src/hls/timeline/rendition-writer.js';
import type { RunSpec, RunWriter } from '../../src/hls/segmenter/segmenter-types.js';

export type RecordedSample = {
  ticks: number;
  durationTicks: number;
  /** The presentation time minus the decode time ({@link ticks}). */
  compositionTicks: number;
  keyFrame: boolean;
  data: Uint8Array;
};
export type RecordedPart = {
  baseTicks: number;
  endTicks: number;
  durationS: number;
  independent: boolean;
  samples: RecordedSample[];
  /** When it was written, according to the test's clock. */
  writtenMs: number;
};
export type RecordedSegment = SegmentStart & {
  config: CodecConfig | null;
  parts: RecordedPart[];
  ended: boolean;
  /** The duration of a gap; null if this isn't a gap. */
  gapS: number | null;
};

/**
 * A segmenter's output for one rendition, read back from its MP4. Fails if calls arrive out of
 * order.
 */
export class RecordedRendition implements RenditionWriter {
  readonly inits: CodecConfig[] = [];
  readonly segments: RecordedSegment[] = [];
  ended = false;
  readonly #written: Uint8Array[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get config(): CodecConfig | null {
    return this.inits.at(-1) ?? null;
  }

  get samples(): RecordedSample[] {
    return this.parts.flatMap((part) => part.samples);
  }

  get parts(): RecordedPart[] {
    return this.segments.flatMap((segment) => segment.parts);
  }

  /** Everything that was written, as a single file. */
  get file(): Uint8Array {
    return Buffer.concat(this.#written);
  }

  setInit({ bytes, config }: { bytes: Uint8Array; config: CodecConfig }): void {
    this.#assertBetweenSegments();
    this.#written.push(bytes);
    this.inits.push(config);
  }

  startSegment(start: SegmentStart): void {
    this.#assertBetweenSegments();
    if (!this.config) throw new Error('a segment without an init section');
    this.segments.push({ ...start, config: this.config, parts: [], ended: false, gapS: null });
  }

  addPart(part: {
    bytes: Uint8Array;
    durationS: number;
    independent: boolean;
    frames: number;
  }): void {
    const segment = this.segments.at(-1);
    if (!segment || segment.ended || this.ended) throw new Error('a part outside a segment');
    const { baseTicks, samples } = readFragment(part.bytes);
    if (samples.length !== part.frames) throw new Error('wrong number of frames');
    const last = samples.at(-1)!;
    const endTicks = last.ticks + last.durationTicks;
    const { durationS, independent } = part;
    this.#written.push(part.bytes);
    segment.parts.push({
      baseTicks,
      endTicks,
      durationS,
      independent,
      samples,
      writtenMs: this.#nowMs(),
    });
  }

  endSegment(): void {
    const segment = this.segments.at(-1);
    if (!segment || segment.ended) throw new Error('no segment to end');
    segment.ended = true;
  }

  addGap({ durationS, ...start }: SegmentStart & { durationS: number }): void {
    this.#assertBetweenSegments();
    this.segments.push({ ...start, config: this.config, parts: [], ended: true, gapS: durationS });
  }

  end(): void {
    this.#assertBetweenSegments();
    this.ended = true;
  }

  /** Converts media time to seconds. */
  seconds(ticks: number): number {
    if (!this.config) throw new Error('nothing was written');
    return ticks / timescaleOf(this.config);
  }

  #assertBetweenSegments(): void {
    if (this.ended || this.segments.at(-1)?.ended === false)
      throw new Error('the previous segment has not ended');
  }
}

export type HeardPart = { baseTicks: number; samples: number };

/** A run in memory. */
export class RecordedRun implements RunWriter {
  readonly spec: RunSpec;
  readonly renditions = new Map<RenditionId, RecordedRendition>();
  readonly heard: HeardPart[] = [];
  readonly audioListener: RunWriter['audioListener'];
  ended = false;
  readonly #nowMs: () => number;

  constructor(spec: RunSpec, nowMs: () => number = () => 0) {
    this.spec = spec;
    this.#nowMs = nowMs;
    this.audioListener = {
      startSegment: () => undefined,
      addPart: (baseTicks, samples) => void this.heard.push({ baseTicks, samples: samples.length }),
      endSegment: () => undefined,
      end: () => undefined,
    };
  }

  rendition(id: RenditionId): RecordedRendition {
    if (this.renditions.has(id)) throw new Error(`${id} was requested twice`);
    const rendition = new RecordedRendition(this.#nowMs);
    this.renditions.set(id, rendition);
    return rendition;
  }

  video(layer = 0): RecordedRendition {
    return this.#get(`video-${layer}`);
  }

  get audio(): RecordedRendition {
    return this.#get(this.spec.audio?.codec ?? 'opus');
  }

  end(): void {
    for (const rendition of this.renditions.values())
      if (!rendition.ended) throw new Error('the run ended before its renditions');
    this.ended = true;
  }

  #get(id: RenditionId): RecordedRendition {
    const rendition = this.renditions.get(id);
    if (!rendition) throw new Error(`the run has no ${id}`);
    return rendition;
  }
}

/** Reads the muxer's output: one `moof` with one track, whose values are all in its `trun`. */
function readFragment(bytes: Uint8Array): { baseTicks: number; samples: RecordedSample[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const find = (type: string, from: number, to: number): { start: number; end: number } => {
    for (let at = from; at < to; at += view.getUint32(at)) {
      const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
      if (name === type) return { start: at + 8, end: at + view.getUint32(at) };
    }
    throw new Error(`no ${type}`);
  };
  const moof = find('moof', 0, bytes.length);
  const traf = find('traf', moof.start, moof.end);
  const tfdt = find('tfdt', traf.start, traf.end);
  const trun = find('trun', traf.start, traf.end);
  const baseTicks = Number(view.getBigUint64(tfdt.start + 4));
  const hasOffsets = (view.getUint32(trun.start) & 0x800) !== 0;
  const rowBytes = hasOffsets ? 16 : 12;
  const count = view.getUint32(trun.start + 4);
  let dataAt = view.getInt32(trun.start + 8);
  let ticks = baseTicks;
  const samples = Array.from({ length: count }, (_, i) => {
    const row = trun.start + 12 + rowBytes * i;
    const size = view.getUint32(row + 4);
    const sample = {
      ticks,
      durationTicks: view.getUint32(row),
      compositionTicks: hasOffsets ? view.getInt32(row + 12) : 0,
      keyFrame: (view.getUint32(row + 8) & 0x10000) === 0,
      data: bytes.subarray(dataAt, dataAt + size),
    };
    dataAt += size;
    ticks += sample.durationTicks;
    return sample;
  });
  return { baseTicks, samples };
}
