import { Inject, Injectable } from '@nestjs/common';
import type { Visitor } from '../../access/access.service.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { QueueFullError, SerialQueue } from '../../common/serial-queue.js';
import { readFragments } from '../../hls/mp4/read-fragments.js';
import { sampleEntryOf } from '../../hls/mp4/read-box.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingService } from '../recording.service.js';
import { VodCatalog, type VodEntry } from '../vod/vod-catalog.js';
import type { VodRendition } from '../vod/vod.js';
import { bestVideo, type MoviePlan, type MovieSource, planMovie } from './movie-plan.js';

/** Heads of movies take so much memory at most, bytes, as long as it is more than one: an hour's is 2 MB. */
const KEPT_BYTES = 64 * 1_048_576;
/** Movies are planned one after another; more that wait are refused. */
const WAITING_MAX = 8;
const RETRY_MS = 5_000;

/** A recording as one file. */
export type Download = Readonly<{ plan: MoviePlan; fileName: string; etag: string }>;

/** Recordings as one MP4 each, which is made as it is sent. */
@Injectable()
export class DownloadService {
  readonly #recordings: RecordingService;
  readonly #catalog: VodCatalog;
  readonly #files: RecordingFiles;
  readonly #log: Log;
  readonly #queue = new SerialQueue(WAITING_MAX);
  /** By recording and rendition, in the order of their last use. */
  readonly #plans = new Map<string, MoviePlan>();

  constructor(
    recordings: RecordingService,
    catalog: VodCatalog,
    files: RecordingFiles,
    @Inject(LOG) log: Log,
  ) {
    this.#recordings = recordings;
    this.#catalog = catalog;
    this.#files = files;
    this.#log = log.child({ part: 'recordings' });
  }

  /**
   * @param rendition which picture (`video-1`); null: the best
   * @throws {DomainError} `recording_not_found`, `password_required`, `recording_not_ready`, `not_found` for a
   * rendition that there isn't, `unavailable` when too many are being prepared
   */
  async find(id: string, visitor: Visitor, rendition: string | null): Promise<Download> {
    const { recording } = await this.#recordings.find(id, visitor);
    const entry = recording.state === 'ready' ? await this.#catalog.find('recordings', id) : null;
    if (!entry)
      throw new DomainError(
        'recording_not_ready',
        'The recording is not finished. Try again when the broadcast is over.',
      );
    const renditions = chosen(entry, rendition);
    const name = `${id}/${renditions.map((one) => one.id).join('+')}`;
    const plan = await this.#plan(name, entry, renditions);
    const date = recording.startedAt.toISOString().slice(0, 16).replaceAll(/[:T]/g, '-');
    const fileName = `${recording.channel}-${date}.mp4`;
    return { plan, fileName, etag: `"${name}-${plan.byteLength}"` };
  }

  async #plan(
    name: string,
    entry: VodEntry,
    renditions: readonly VodRendition[],
  ): Promise<MoviePlan> {
    try {
      return await this.#queue.run(async () => {
        const plan = this.#plans.get(name) ?? (await planMovie(renditions, this.#sourceOf(entry)));
        this.#remember(name, plan);
        return plan;
      });
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError('unavailable', 'Too many downloads begin now. Try again in a moment.', {
        retryAfterMs: RETRY_MS,
      });
    }
  }

  #remember(name: string, plan: MoviePlan): void {
    this.#plans.delete(name);
    this.#plans.set(name, plan);
    let bytes = [...this.#plans.values()].reduce((sum, { head }) => sum + head.length, 0);
    for (const [oldest, { head }] of this.#plans) {
      if (bytes <= KEPT_BYTES || oldest === name) return;
      this.#plans.delete(oldest);
      bytes -= head.length;
    }
  }

  #sourceOf({ key }: VodEntry): MovieSource {
    const { journals, store } = this.#files;
    const known = new Map<string, ReturnType<typeof journals.samples>>();
    const read = async (path: string): Promise<Uint8Array> => {
      const file = await store.get(`${key}/${path}`);
      if (!file) throw new Error(`${key}/${path} is gone`);
      return Buffer.concat(await file.toArray());
    };
    return {
      keyOf: ({ run, rendition, file }) => `${key}/${run}/${rendition}/${file}`,
      sampleEntry: async (rendition, run, init) =>
        sampleEntryOf(await read(`${run}/${rendition}/${init}`)),
      fragments: async ({ run, rendition, msn, file }) => {
        const name = `${run}/${rendition}`;
        const samples = known.get(name) ?? journals.samples({ key, run, rendition });
        known.set(name, samples);
        const found = (await samples).get(msn);
        if (found) return found;
        this.#log.debug({ key, run, rendition, msn }, 'a segment is read for a download’s index');
        return readFragments(await read(`${name}/${file}`));
      },
    };
  }
}

/** A picture, if there is one, and sound, if there is some. */
function chosen({ vod }: VodEntry, rendition: string | null): VodRendition[] {
  const video =
    rendition === null ? bestVideo(vod) : vod.renditions.find(({ id }) => id === rendition);
  if (video === undefined || (rendition !== null && !rendition.startsWith('video-')))
    throw new DomainError('not_found', 'The recording has no such rendition.');
  const audio = vod.renditions.find(({ id }) => !id.startsWith('video-'));
  return [...(video ? [video] : []), ...(audio ? [audio] : [])];
}
