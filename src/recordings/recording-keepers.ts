import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { RecordingPort, SegmentKeeper } from '../broadcast/ports/recording.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Recorder } from './recorder.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingSpace } from './recording-space.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** The interval of retries when the database fails. */
const RETRY_MS = 2_000;

/** Implements the domain's recording port with a {@link Recorder} for each broadcast. */
@Injectable()
export class RecordingKeepers implements RecordingPort, OnApplicationShutdown {
  readonly #log: Log;
  /** The recorders of unfinished recordings. */
  readonly #recorders = new Set<Recorder>();
  readonly #stopping = new AbortController();

  // oxlint-disable-next-line max-params -- Nest's injection: where recordings are kept and known of, clock and log.
  constructor(
    private readonly files: RecordingFiles,
    private readonly space: RecordingSpace,
    private readonly repository: RecordingRepository,
    private readonly recordings: RecordingService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  open({ id, channel }: { id: string; channel: string }): SegmentKeeper {
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
      begin: () => this.#untilDone(() => this.#begin(id), log),
      onProblem: (problem) => {
        // It is written again at the end.
        this.repository
          .setProblem(id, problem)
          .catch((err: unknown) => log.debug({ err }, 'a problem is written down at the end'));
      },
      onEnded: async (began, problem) => {
        if (began) await this.#untilDone(() => this.recordings.finish(id, problem), log);
        this.space.forget(id);
        this.#recorders.delete(recorder);
      },
      putPicture: (key, jpeg) => this.files.putPicture(key, jpeg),
    });
    this.#recorders.add(recorder);
    return recorder;
  }

  async settled(): Promise<void> {
    // The database may be unreachable: whatever waits for it is finished at the next start.
    const patience = setTimeout(() => this.#stopping.abort(), RETRY_MS);
    await Promise.all([...this.#recorders].map((recorder) => recorder.settled()));
    clearTimeout(patience);
  }

  onApplicationShutdown(): void {
    this.#stopping.abort();
  }

  async #begin(id: string): Promise<boolean> {
    const begun = await this.repository.begin(id);
    if (begun === null) return false;
    await this.space.begun(id, begun.ownerId);
    await this.recordings.addChapter(id, begun.title);
    return true;
  }

  /**
   * Retries until the database responds. Meanwhile the files that viewers fetch hold what is to be
   * stored.
   */
  async #untilDone<T>(work: () => Promise<T>, log: Log): Promise<T> {
    for (let failures = 0; ; failures += 1)
      try {
        return await work();
      } catch (err) {
        if (this.#stopping.signal.aborted) throw err;
        if (failures === 0)
          log.warn({ err }, 'the database does not take what a recording is: tried again');
        await pause(RETRY_MS, undefined, { signal: this.#stopping.signal, ref: false });
      }
  }
}
