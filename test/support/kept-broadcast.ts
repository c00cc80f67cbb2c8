import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  RECORDING,
  type RecordingPort,
  type SegmentKeeper,
} from '../../src/broadcast/ports/recording.js';
import { PrismaService } from '../../src/db/prisma.service.js';
import type { TestApp } from './app.js';

const RENDITIONS = {
  'video-0': { codecs: 'avc1.42C01F', width: 640, height: 360 },
  opus: { codecs: 'opus', channels: 2 },
} as const;
/** A run id of the usual length. */
const RUN = 'run-0123456789ab';

/** A broadcast, or one of its guests, whose segments are passed to the service's recorder. */
export class KeptBroadcast {
  readonly id: string;
  readonly startMs: number;
  readonly #keeper: SegmentKeeper;
  readonly #folder: string;
  #msn = 0;

  private constructor(id: string, keeper: SegmentKeeper, folder: string, startMs: number) {
    this.id = id;
    this.#keeper = keeper;
    this.#folder = folder;
    this.startMs = startMs;
  }

  /** Stores a broadcast that has ended, but not its recording. */
  static async start({ app }: TestApp, channel: string, title: string): Promise<KeptBroadcast> {
    const folder = await mkdtemp(join(tmpdir(), 'onair-kept-'));
    const startedAt = new Date();
    const id = randomUUID();
    const keeper = app.get<RecordingPort>(RECORDING).open({ id, channel });
    const kept = new KeptBroadcast(id, keeper, folder, startedAt.getTime());
    const { broadcast } = app.get(PrismaService);
    await broadcast.create({
      data: {
        id: kept.id,
        channel: { connect: { name: channel } },
        title,
        state: 'ENDED',
        startedAt,
        lastSeenAt: startedAt,
        endedAt: startedAt,
        endReason: 'PUBLISHER_ENDED',
      },
    });
    return kept;
  }

  /** Records a guest of the broadcast separately, starting some time after the broadcast. */
  async guest({ app }: TestApp, channel: string, options: { name: string; afterMs: number }) {
    const folder = await mkdtemp(join(tmpdir(), 'onair-kept-'));
    const { name, afterMs } = options;
    const guest = { id: randomUUID(), broadcastId: this.id, channel, name };
    const keeper = app.get<RecordingPort>(RECORDING).openGuest(guest);
    return new KeptBroadcast(guest.id, keeper, folder, this.startMs + afterMs);
  }

  /** Records two seconds of each rendition per segment. A segment's bytes are its number. */
  async segments(count: number): Promise<void> {
    for (const [rendition, about] of Object.entries(RENDITIONS)) {
      if (this.#msn === 0) {
        const path = await this.#write(`${rendition}-init`, 'init');
        this.#keeper.keepInit({ run: RUN, rendition, file: 'init-0.mp4', path, ...about });
      }
      for (let msn = this.#msn; msn < this.#msn + count; msn += 1) {
        const path = await this.#write(`${rendition}-${msn}`, String(msn).repeat(1_000));
        this.#keeper.keepSegment({
          run: RUN,
          rendition,
          msn,
          stored: { file: `${msn}.m4s`, path, bytes: 1_000, frames: 60, fragments: null },
          init: 'init-0.mp4',
          durationS: 2,
          wallMs: this.startMs + msn * 2_000,
          discontinuity: false,
        });
      }
    }
    this.#msn += count;
  }

  picture(jpeg: Uint8Array): void {
    this.#keeper.keepPicture(jpeg);
  }

  end(): void {
    this.#keeper.end();
  }

  /** Deletes the files for live playback, as the packager does when its window moves on. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  async #write(name: string, text: string): Promise<string> {
    const path = join(this.#folder, name);
    await writeFile(path, text);
    return path;
  }
}
