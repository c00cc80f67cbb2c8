import { Inject, Injectable } from '@nestjs/common';
import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { FairQueue } from '../../common/fair-queue.js';
import type { Turns } from '../../common/turns.js';
import { readFragments } from '../../media/mp4/read-fragments.js';
import { sampleEntryOf } from '../../media/mp4/read-box.js';
import type { StoredGuestRecording } from '../guests/guest-recording.repository.js';
import { GuestRecordings } from '../guests/guest-recordings.js';
import { RecordingFiles } from '../recording-files.js';
import type { StoredRecording } from '../recording.repository.js';
import { RecordingService } from '../recording.service.js';
import { CostlyReads } from '../vod/costly-reads.js';
import { VodCatalog, type VodEntry } from '../vod/vod-catalog.js';
import type { VodRendition } from '../vod/vod.js';
import { bestVideo, type MoviePlan, type MovieSource, planMovie } from './movie-plan.js';

/**
 * The maximum size of cached movie headers, in bytes. At least one header is cached, no matter how
 * large it is. The header of a one-hour movie takes 2 MB.
 */
const KEPT_BYTES = 64 * 1_048_576;
/**
 * The limits of the queue, beyond which requests are rejected. Movies are planned one at a time,
 * and clients take turns.
 */
const WAITING = { perParty: 2, all: 16 } as const;

/** A recording as a single file. */
export type Download = Readonly<{ plan: MoviePlan; fileName: string; etag: string }>;

/** Provides each recording as a single MP4 file, generated while it is sent. */
@Injectable()
export class DownloadService {
  readonly #log: Log;
  readonly #queue = new FairQueue(WAITING);
  /** Plans by recording and rendition, least recently used first. */
  readonly #plans = new Map<string, MoviePlan>();
  /** Plans in progress, bounded by the queue. */
  readonly #planning = new Map<string, Promise<MoviePlan>>();

  constructor(
    private readonly recordings: RecordingService,
    private readonly catalog: VodCatalog,
    private readonly files: RecordingFiles,
    private readonly costly: CostlyReads,
    private readonly guests: GuestRecordings,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  /**
   * Finds or plans a recording's movie.
   * @param client the caller's key for rate limits
   * @param rendition the video rendition (`video-1`); null for the best
   * @throws {DomainError} `recording_not_found`, `password_required`, `recording_not_ready`,
   *   `not_found` for an unknown rendition; `rate_limited`, `unavailable` if the movie has to be
   *   planned first and can't be planned now
   */
  async find(
    id: string,
    { visitor, client }: { visitor: Visitor; client: string },
    rendition: string | null,
  ): Promise<Download> {
    const { recording } = await this.recordings.find(id, visitor);
    const entry =
      recording.state === 'ready' ? await this.catalog.find('recordings', id, client) : null;
    if (!entry)
      throw new DomainError(
        'recording_not_ready',
        'The recording is not finished. Try again after the broadcast ends.',
      );
    const renditions = chosen(entry, rendition);
    const name = `${id}/${renditions.map((one) => one.id).join('+')}`;
    const plan = await this.#plan(name, client, async () => ({ entry, renditions }));
    return downloadOf(plan, name, [recording.channel, dateIn(recording.startedAt)]);
  }

  /**
   * Finds or plans the movie of a guest's recording. The caller checks access.
   * @throws {DomainError} `not_found` if its files no longer exist; `rate_limited`, `unavailable`
   */
  async ofGuest(
    { channel, startedAt }: Pick<StoredRecording, 'channel' | 'startedAt'>,
    guest: StoredGuestRecording,
    client: string,
  ): Promise<Download> {
    const name = `${guest.recordingId}/guests/${guest.id}`;
    const plan = await this.#plan(name, client, async (turns) => {
      const entry = await this.guests.entryOf(guest, turns);
      if (!entry) throw new DomainError('not_found', 'This file no longer exists.');
      return { entry, renditions: chosen(entry, null) };
    });
    return downloadOf(plan, name, [channel, dateIn(startedAt), asciiIn(guest.name) || 'guest']);
  }

  #plan(name: string, client: string, what: Planning): MoviePlan | Promise<MoviePlan> {
    const known = this.#plans.get(name);
    if (known) {
      this.#remember(name, known);
      return known;
    }
    return this.#planning.get(name) ?? this.#begin(name, client, what);
  }

  async #begin(name: string, client: string, what: Planning): Promise<MoviePlan> {
    const planning = this.costly.run(
      client,
      async (turns) => {
        const { entry, renditions } = await what(turns);
        return planMovie(renditions, this.#sourceOf(entry, turns), turns);
      },
      this.#queue,
    );
    this.#planning.set(name, planning);
    try {
      const plan = await planning;
      this.#remember(name, plan);
      return plan;
    } finally {
      this.#planning.delete(name);
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

  #sourceOf({ key }: VodEntry, turns: Turns): MovieSource {
    const { journals, store } = this.files;
    const known = new Map<string, ReturnType<typeof journals.samples>>();
    const read = async (path: string): Promise<Uint8Array> => {
      const file = await store.get(`${key}/${path}`);
      if (!file) throw new Error(`${key}/${path} no longer exists`);
      return Buffer.concat(await file.toArray());
    };
    return {
      keyOf: ({ run, rendition, file }) => `${key}/${run}/${rendition}/${file}`,
      sampleEntry: async (rendition, run, init) =>
        sampleEntryOf(await read(`${run}/${rendition}/${init}`)),
      fragments: async ({ run, rendition, msn, file }) => {
        const name = `${run}/${rendition}`;
        const samples = known.get(name) ?? journals.samples({ key, run, rendition }, turns);
        known.set(name, samples);
        const found = (await samples).get(msn);
        if (found) return found;
        this.#log.debug({ key, run, rendition, msn }, 'reading a segment for a download’s index');
        return readFragments(await read(`${name}/${file}`));
      },
    };
  }
}

type Planned = Readonly<{ entry: VodEntry; renditions: readonly VodRendition[] }>;
/** Reads the recording to plan a movie for. */
type Planning = (turns: Turns) => Promise<Planned>;

function downloadOf(plan: MoviePlan, name: string, parts: readonly string[]): Download {
  return { plan, fileName: `${parts.join('-')}.mp4`, etag: `"${name}-${plan.byteLength}"` };
}

const dateIn = (date: Date): string => date.toISOString().slice(0, 16).replaceAll(/[:T]/g, '-');

/** Replaces the characters of a name that aren't safe in a header or in every file system. */
const asciiIn = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[^\w]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);

/**
 * Returns the renditions of the movie: video and audio, or only one of them if the recording lacks
 * the other.
 */
function chosen({ vod }: VodEntry, rendition: string | null): VodRendition[] {
  const video =
    rendition === null ? bestVideo(vod) : vod.renditions.find(({ id }) => id === rendition);
  if (video === undefined || (rendition !== null && !rendition.startsWith('video-')))
    throw new DomainError('not_found', 'The recording has no such rendition.');
  const audio = vod.renditions.find(({ id }) => !id.startsWith('video-'));
  return [...(video ? [video] : []), ...(audio ? [audio] : [])];
}
