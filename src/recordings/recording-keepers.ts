import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import type { RecordingPort, SegmentKeeper } from '../broadcast/ports/recording.js';
import type { RecordingProblem } from '../protocol/recording.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Recorder } from './recorder.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingSpace } from './recording-space.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** The interval between retries while the database fails. */
const RETRY_MS = 2_000;
/** How long a stop waits for the upload of what other nodes need to finish a recording. */
const UPLOAD_MS = 3_000;

/**
 * The interval at which a node uploads its journals, so that another node can finish its
 * recordings, and looks for unfinished recordings of nodes that are gone.
 */
const TEND_MS = 15_000;
/**
 * Journals are uploaded as a whole, so large ones are uploaded less often, at this average rate.
 */
const JOURNAL_BYTES_PER_S = 100_000;

type Active = {
  readonly id: string;
  /** When its journals are to be uploaded again, in ms since 1970. */
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
  /** The parts of recordings that continue elsewhere, until they are uploaded. */
  readonly #uploads = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly files: RecordingFiles,
    private readonly space: RecordingSpace,
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
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
        this.#log.warn({ err }, 'recordings of other nodes could not be finished, retrying'),
      );
    }, TEND_MS);
  }

  /** Uploads the journals so far, and finishes the recordings of nodes that are gone. */
  async tend(): Promise<void> {
    for (const active of this.#recorders.values()) {
      if (this.clock.nowMs() < active.dueMs) continue;
      const bytes = await this.files.archiveSoFar(active.id);
      active.dueMs = this.clock.nowMs() + (bytes / JOURNAL_BYTES_PER_S) * 1_000;
    }
    await this.recordings.finishLeftOvers();
  }

  open({
    id,
    channel,
    isContinued = false,
  }: {
    id: string;
    channel: string;
    isContinued?: boolean;
  }): SegmentKeeper {
    const { store, journals } = this.files;
    const log = this.#log.child({ channel, broadcastId: id });
    const recorder = new Recorder({
      id,
      store,
      journals,
      log,
      nowMs: () => this.clock.nowMs(),
      hasRoom: () => this.space.hasRoomFor(id),
      onKept: (bytes) => this.space.add(id, bytes),
      begin: async () =>
        this.files.canRecord && (await this.#untilDone(() => this.#begin(id), log)),
      onProblem: (problem) => {
        // The problem is stored again at the end.
        this.repository
          .setProblem(id, problem)
          .catch((err: unknown) =>
            log.debug({ err }, 'a recording problem could not be stored, retrying at the end'),
          );
      },
      onEnded: async (began, problem) => {
        // What another node began is finished here, even if nothing was added.
        if (began || (isContinued && (await this.repository.find(id))))
          await this.#untilDone(() => this.#finish(id, problem), log);
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
    await Promise.all([...this.#recorders.keys()].map((recorder) => recorder.settled()));
    clearTimeout(patience);
    // What isn't uploaded by then waits in the folder for the next start.
    const late = pause(UPLOAD_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.#uploads), late]);
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#stopping.abort();
  }

  async #begin(id: string): Promise<boolean> {
    const begun = await this.repository.begin(id);
    if (begun === null) return false;
    await this.space.begun(id, begun.ownerId);
    await this.recordings.addChapter(id, begun.title);
    return true;
  }

  /** Finishes a recording, or only this node's part if the broadcast continues on another node. */
  async #finish(id: string, problem: RecordingProblem | null): Promise<void> {
    const { files, repository, recordings, cluster } = this;
    if (!files.isNode || !(await repository.continuesElsewhere(id, cluster.self)))
      return recordings.finish(id, problem);
    if (problem) await repository.setProblem(id, problem);
    await files.archive(id);
    // If the other node has finished the recording by then, it did so without this part, so the
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

  /** Retries until the database responds. Meanwhile the live files hold the media to be stored. */
  async #untilDone<T>(work: () => Promise<T>, log: Log): Promise<T> {
    for (let failures = 0; ; failures += 1)
      try {
        return await work();
      } catch (err) {
        if (this.#stopping.signal.aborted) throw err;
        if (failures === 0) log.warn({ err }, 'the database could not store a recording, retrying');
        await pause(RETRY_MS, undefined, { signal: this.#stopping.signal, ref: false });
      }
  }
}
