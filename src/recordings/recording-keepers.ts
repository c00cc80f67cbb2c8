import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import type {
  GuestKeeper,
  RecordedGuest,
  RecordingPort,
  SegmentKeeper,
} from '../broadcast/ports/recording.js';
import type { RecordingProblem } from '../protocol/recording.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { GuestKeepers } from './guests/guest-keepers.js';
import { GuestRecordings } from './guests/guest-recordings.js';
import { Recorder } from './recorder.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingSpace } from './recording-space.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';
import { RETRY_MS, untilDone } from './until-done.js';

/**
 * How long a shutdown waits for the upload of files that other nodes need to finish this node's
 * recordings.
 */
const UPLOAD_MS = 3_000;

/**
 * The interval at which a node uploads its journals, so that another node can finish its
 * recordings, and searches for unfinished recordings of lost nodes.
 */
const TEND_MS = 15_000;
/**
 * The average rate at which journals are uploaded. They are uploaded as a whole, so large ones are
 * uploaded less often.
 */
const JOURNAL_BYTES_PER_S = 100_000;

type Active = {
  readonly id: string;
  /** The time of the next upload of its journals, in ms since 1970. */
  dueMs: number;
};

/** Implements the domain's recording port with a {@link Recorder} for each broadcast. */
@Injectable()
export class RecordingKeepers
  implements RecordingPort, OnApplicationBootstrap, OnApplicationShutdown
{
  readonly #log: Log;
  /** The recorders of unfinished recordings. */
  readonly #recorders = new Map<Recorder, Active>();
  /** This node's parts of recordings that continue on other nodes, until the parts are uploaded. */
  readonly #uploads = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly files: RecordingFiles,
    private readonly space: RecordingSpace,
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    private readonly guests: GuestRecordings,
    private readonly guestKeepers: GuestKeepers,
    @Inject(CLUSTER) private readonly cluster: Cluster,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  onApplicationBootstrap(): void {
    if (!this.files.isNode || !this.files.canRecord) return;
    this.#timer = setInterval(() => {
      this.tend().catch((err: unknown) =>
        this.#log.warn({ err }, 'recordings from other nodes could not be finished; retrying'),
      );
    }, TEND_MS);
  }

  /** Uploads the current journals, and finishes the recordings of lost nodes. */
  async tend(): Promise<void> {
    for (const active of this.#recorders.values()) {
      if (this.clock.nowMs() < active.dueMs) continue;
      const bytes = await this.files.archiveSoFar(active.id);
      active.dueMs = this.clock.nowMs() + (bytes / JOURNAL_BYTES_PER_S) * 1_000;
    }
    await this.recordings.finishLeftOvers();
    await this.guests.finishLeftOvers();
  }

  openGuest(guest: RecordedGuest): GuestKeeper {
    return this.guestKeepers.open(guest);
  }

  async records(channelId: string): Promise<boolean> {
    return this.files.canRecord && (await this.repository.settings(channelId)).enabled;
  }

  open({ id, channel }: { id: string; channel: string }): SegmentKeeper {
    const { store, journals } = this.files;
    const log = this.#log.child({ channel, broadcastId: id });
    const retry = { log, stopping: this.#stopping.signal };
    const recorder = new Recorder({
      id,
      store,
      journals,
      log,
      nowMs: () => this.clock.nowMs(),
      hasRoom: () => this.space.hasRoomFor(id),
      onKept: (bytes) => this.space.add(id, bytes),
      begin: async () => this.files.canRecord && (await untilDone(() => this.#begin(id), retry)),
      onProblem: (problem) => {
        // If this fails, the problem is still stored at the end.
        this.repository
          .setProblem(id, problem)
          .catch((err: unknown) =>
            log.debug(
              { err },
              'a recording’s problem could not be stored; retrying when the recording ends',
            ),
          );
      },
      onEnded: async (began, problem) => {
        // A recording that another node or a guest began is finished here, even if it has no media.
        if (began || (await this.repository.has(id)))
          await untilDone(() => this.#finish(id, problem), retry);
        this.space.forget(id);
        this.#recorders.delete(recorder);
      },
      putPicture: (key, jpeg) => this.files.putPicture(key, jpeg),
    });
    this.#recorders.set(recorder, { id, dueMs: 0 });
    return recorder;
  }

  async settled(): Promise<void> {
    // If the database is unreachable, recordings waiting for it are finished at the next startup.
    const patience = setTimeout(() => this.#stopping.abort(), RETRY_MS);
    await Promise.all([
      ...[...this.#recorders.keys()].map((recorder) => recorder.settled()),
      this.guestKeepers.settled(),
    ]);
    clearTimeout(patience);
    // Files that aren't uploaded by then remain in the folder until the next startup.
    const late = pause(UPLOAD_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#uploads), late]);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
  }

  async #begin(id: string): Promise<boolean> {
    const recording = await this.repository.begin(id);
    if (recording === null) return false;
    await this.space.begin(id, recording.ownerId);
    await this.recordings.addChapter(id, recording.title);
    return true;
  }

  /** Finishes a recording, or only this node's part if the broadcast continues on another node. */
  async #finish(id: string, problem: RecordingProblem | null): Promise<void> {
    const { files, repository, recordings, cluster } = this;
    if (!files.isNode || !(await repository.continuesElsewhere(id, cluster.self)))
      return recordings.finish(id, problem);
    if (problem) await repository.setProblem(id, problem);
    await files.archive(id);
    // If the other node has already finished the recording, this part is missing from it, so the
    // recording is finished again.
    const upload = files
      .uploaded(id)
      .then(async () => {
        if ((await repository.find(id))?.state === 'ready') await recordings.finish(id);
      })
      .catch((err: unknown) => this.#log.warn({ err }, 'a part of a recording may be missing'))
      .finally(() => this.#uploads.delete(upload));
    this.#uploads.add(upload);
  }
}
