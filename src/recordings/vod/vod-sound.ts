import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { FairQueue } from '../../common/fair-queue.js';
import { QueueFullError } from '../../common/serial-queue.js';
import { AAC_CONFIG, AAC_FRAME_TICKS } from '../../media/codecs/aac-format.js';
import type { OpusPackets } from '../../media/aac/aac-messages.js';
import { AacThread } from '../../media/aac/aac-thread.js';
import { fragment } from '../../media/mp4/fragment.js';
import { initSegment } from '../../media/mp4/init-segment.js';
import { readFragments } from '../../media/mp4/read-fragments.js';
import { RecordingFiles } from '../recording-files.js';
import { opusOf } from './vod-aac.js';
import type { VodEntry } from './vod-catalog.js';
import type { SegmentTable } from '../journal/segment-table.js';
import type { VodSegment } from './vod.js';

/**
 * The number of frames to encode before a segment. They bring the encoder into the state that it
 * would have after the previous segment.
 */
const RUN_UP_FRAMES = 4;
/** The number of packets of the next segment into which the last frame extends. */
const PACKETS_AFTER = 6;
/** The cache limit in bytes. Two minutes at 128 kb/s are 2 MB. */
const KEPT_BYTES = 16 * 1_048_576;
/**
 * The limits of the queue, beyond which requests are rejected. Segments are encoded one at a time,
 * which takes 0.1 s each, and clients take turns.
 */
const WAITING = { perParty: 16, all: 64 } as const;
const RETRY_MS = 2_000;

/**
 * Transcodes recorded audio to AAC for players that don't support Opus in MP4, one segment per
 * request. Frames lie on a grid of 1024 ticks that starts with the run, so that independently
 * encoded segments join without a gap. A segment's first frame starts at most half a frame before
 * or after the segment starts.
 */
@Injectable()
export class VodSound implements OnApplicationShutdown {
  readonly init: Uint8Array = initSegment(AAC_CONFIG);
  readonly #encoder: AacThread;
  readonly #log: Log;
  readonly #queue = new FairQueue(WAITING);
  /** Encoded segments by key, least recently used first. */
  readonly #made = new Map<string, Uint8Array>();
  /** Segments being encoded, bounded by the queue. */
  readonly #making = new Map<string, Promise<Uint8Array>>();
  #madeBytes = 0;

  constructor(
    private readonly files: RecordingFiles,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
    this.#encoder = new AacThread(this.#log);
  }

  onApplicationShutdown(): void {
    this.#encoder.close();
  }

  /**
   * Returns a run's segment by its number, which is the same in all renditions; null if it does not
   * exist.
   * @throws {DomainError} `unavailable` if too many segments are queued or encoding fails
   */
  async segment(
    { key, vod }: VodEntry,
    { run, msn, client }: SegmentRequest,
  ): Promise<Uint8Array | null> {
    const segments = opusOf(vod)?.segments;
    const index = segments?.indexOf(run, msn) ?? -1;
    const own = segments?.at(index);
    if (!segments || !own || own.file === null) return null;
    const name = `${key}/${run}/${msn}`;
    const known = this.#made.get(name);
    if (known) {
      this.#remember(name, known);
      return known;
    }
    const place = { segments, index, own };
    return this.#making.get(name) ?? this.#begin(name, { key, client, place });
  }

  #begin(
    name: string,
    { key, client, place }: { key: string; client: string; place: Place },
  ): Promise<Uint8Array> {
    const making = this.#queue
      .run(client, () => this.#make(key, place))
      .then((bytes) => {
        this.#remember(name, bytes);
        return bytes;
      })
      .catch((error: unknown) => {
        throw this.#refusal(error, name);
      })
      .finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  async #make(key: string, { segments, index, own }: Place): Promise<Uint8Array> {
    const after = segments.at(index + 1);
    const before = own.discontinuity ? undefined : segments.at(index - 1);
    const [past, now, next] = await Promise.all([
      this.#read(key, before),
      this.#read(key, own),
      this.#read(key, after?.discontinuity ? undefined : after),
    ]);
    const [first, last] = [now[0], now.at(-1)];
    if (!first || !last) throw new Error('the segment has no audio');
    const from = Math.round(first.baseTicks / AAC_FRAME_TICKS);
    const to = Math.max(from + 1, Math.round(endOf(last) / AAC_FRAME_TICKS));
    const begin = past.length > 0 ? Math.max(0, from - RUN_UP_FRAMES) : from;
    const packets = [...past, ...now, ...next.slice(0, 1).map((one) => firstOf(one))];
    const frames = await this.#encode(begin * AAC_FRAME_TICKS, packets);
    const samples = frames
      .slice(from - begin, to - begin)
      .map((data) => ({ data, durationTicks: AAC_FRAME_TICKS, keyFrame: true }));
    if (samples.length < to - from) throw new Error('the encoder omitted frames');
    return fragment({ sequence: own.msn + 1, baseTicks: from * AAC_FRAME_TICKS, samples });
  }

  /** Reads a segment's packets; there are none for a gap. */
  async #read(key: string, segment: VodSegment | undefined): Promise<OpusPackets[]> {
    if (!segment || segment.file === null) return [];
    const { run, rendition, file } = segment;
    const stream = await this.files.store.get(`${key}/${run}/${rendition}/${file}`);
    if (!stream) throw new Error(`${file} no longer exists`);
    const bytes = new Uint8Array(Buffer.concat(await stream.toArray()));
    return readFragments(bytes).map((one) => packetsOf(one, bytes));
  }

  #encode(fromTicks: number, packets: readonly OpusPackets[]): Promise<Uint8Array[]> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array[]>();
    const frames: Uint8Array[] = [];
    const stream = this.#encoder.open(fromTicks, {
      framesEncoded: (_baseTicks, encoded) => {
        for (const frame of encoded) frames.push(frame);
      },
      finished: () => resolve(frames),
      failed: (reason) => reject(new Error(reason)),
    });
    for (const some of packets) stream.feed(some);
    stream.finish();
    return promise;
  }

  #remember(name: string, bytes: Uint8Array): void {
    if (this.#made.delete(name)) this.#madeBytes -= bytes.length;
    this.#made.set(name, bytes);
    this.#madeBytes += bytes.length;
    for (const [oldest, { length }] of this.#made) {
      if (this.#madeBytes <= KEPT_BYTES) return;
      this.#made.delete(oldest);
      this.#madeBytes -= length;
    }
  }

  #refusal(error: unknown, name: string): DomainError {
    if (!(error instanceof QueueFullError))
      this.#log.warn({ err: error, segment: name }, 'a recording’s audio could not be transcoded');
    return new DomainError(
      'unavailable',
      'This audio can’t be transcoded right now. Try again in a moment.',
      {
        retryAfterMs: RETRY_MS,
      },
    );
  }
}

type SegmentRequest = Readonly<{
  run: string;
  msn: number;
  /** The caller's key for rate limits. */
  client: string;
}>;
type Place = Readonly<{ segments: SegmentTable; index: number; own: VodSegment }>;

function packetsOf(
  { baseTicks, offset, sizes, durationsTicks }: PackagedFragment,
  bytes: Uint8Array<ArrayBuffer>,
): OpusPackets {
  const length = sizes.reduce((sum, size) => sum + size, 0);
  return {
    baseTicks,
    bytes: bytes.slice(offset, offset + length),
    lengths: Uint32Array.from(sizes),
    durations: Uint32Array.from(durationsTicks),
  };
}

function firstOf({ baseTicks, bytes, lengths, durations }: OpusPackets): OpusPackets {
  const some = lengths.slice(0, PACKETS_AFTER);
  return {
    baseTicks,
    bytes: bytes.slice(
      0,
      some.reduce((sum, length) => sum + length, 0),
    ),
    lengths: some,
    durations: durations.slice(0, PACKETS_AFTER),
  };
}

const endOf = ({ baseTicks, durations }: OpusPackets): number =>
  durations.reduce((sum, ticks) => sum + ticks, baseTicks);
