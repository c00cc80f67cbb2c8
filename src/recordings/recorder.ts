import type { PackagedInit, PackagedSegment, SegmentKeeper } from '../broadcast/ports/recording.js';
import type { Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import type { RecordingProblem } from '../protocol/recording.js';
import type { Journals } from './journal/journals.js';
import type { RecordedInit, RecordedSegment } from './journal/journal-line.js';
import type { RecordingStore } from './store/recording-store.js';

/**
 * The maximum number of files waiting to be stored. If there are more, the disk is too slow, and
 * further files are dropped.
 */
const WAITING_MAX = 10_000;
/** Error codes for a full disk or an exceeded disk quota. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

type Options = Readonly<{
  id: string;
  store: RecordingStore;
  journals: Journals;
  log: Log;
  nowMs: () => number;
  /** Resolves with whether to record the broadcast. Called before the first file. */
  begin: () => Promise<boolean>;
  /** Returns whether more may be stored. */
  hasRoom: () => boolean;
  /** Called with the number of bytes stored. */
  onKept: (bytes: number) => void;
  /**
   * Called after everything that could be stored has been stored. `problem` is the reason why the
   * recording is incomplete.
   */
  onEnded: (began: boolean, problem: RecordingProblem | null) => Promise<void>;
  /** Called once, the first time that something can't be stored. */
  onProblem: (problem: RecordingProblem) => void;
  /** Stores an image under a key. */
  putPicture: (key: string, jpeg: Uint8Array) => Promise<void>;
}>;

/**
 * Records one broadcast's segments. Each segment is stored first and then added to its rendition's
 * journal, so that every segment in a journal exists. Segments that cannot be stored are dropped;
 * the broadcast continues.
 */
export class Recorder implements SegmentKeeper {
  readonly #options: Options;
  readonly #queue = new SerialQueue(WAITING_MAX);
  #wanted: Promise<boolean> | null = null;
  #isFailing = false;
  #problem: RecordingProblem | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  keepInit({ run, rendition, file, path, ...about }: PackagedInit): void {
    const line: RecordedInit = { kind: 'init', file, ...about };
    // The initialization section is stored even if there is no space left, because it is small, and
    // later segments could not be played without it.
    this.#keep(async () => {
      await this.#options.store.put(`${this.#options.id}/${run}/${rendition}/${file}`, path);
      await this.#append(run, rendition, line);
    });
  }

  keepSegment({ run, rendition, stored, ...about }: PackagedSegment): void {
    this.#keep(async () => {
      this.#assertRoom();
      const { id, store, journals, onKept } = this.#options;
      const { file = null, bytes = 0, frames = 0 } = stored ?? {};
      if (stored) {
        await store.put(`${id}/${run}/${rendition}/${stored.file}`, stored.path);
        if (stored.fragments)
          await journals.appendSamples({ key: id, run, rendition }, about.msn, stored.fragments);
      }
      const line: RecordedSegment = { kind: 'segment', ...about, file, bytes, frames };
      await this.#append(run, rendition, line);
      onKept(bytes);
    });
  }

  keepPicture(jpeg: Uint8Array): void {
    const { id, nowMs, putPicture, journals } = this.#options;
    const wallMs = nowMs();
    this.#keep(async () => {
      this.#assertRoom();
      const file = `${Math.round(wallMs).toString(36)}.jpg`;
      await putPicture(`${id}/pictures/${file}`, jpeg);
      await journals.appendPicture(id, { file, wallMs });
    });
  }

  /** Begins the recording if it hasn't begun, and runs `work` after everything passed before. */
  note(work: () => Promise<void>): void {
    this.#keep(work);
  }

  end(): void {
    const { onEnded, log } = this.#options;
    this.#queue
      .run(async () => onEnded((await this.#wanted) ?? false, this.#problem))
      .catch((err: unknown) => log.error({ err }, 'a recording could not be finished'));
  }

  /** Resolves when everything passed so far has been stored or dropped. */
  async settled(): Promise<void> {
    await this.#queue.run(() => Promise.resolve());
  }

  #append(run: string, rendition: string, line: RecordedInit | RecordedSegment): Promise<void> {
    return this.#options.journals.append({ key: this.#options.id, run, rendition }, line);
  }

  #keep(work: () => Promise<void>): void {
    void this.#queue
      .run(async () => {
        this.#wanted ??= this.#options.begin();
        if (!(await this.#wanted)) return;
        await work();
        this.#recovered();
      })
      .catch((error: unknown) => this.#failed(error));
  }

  #assertRoom(): void {
    if (!this.#options.hasRoom()) throw new NoRoomError();
  }

  #failed(error: unknown): void {
    const problem = problemOf(error);
    const { log, onProblem } = this.#options;
    if (this.#problem === null) {
      this.#problem = problem;
      onProblem(problem);
    }
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = error instanceof Error ? error.message : String(error);
    log.warn(
      { reason, problem },
      'the broadcast can’t be recorded; it continues without a recording',
    );
  }

  #recovered(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info('the broadcast is being recorded again');
  }
}

class NoRoomError extends Error {
  constructor() {
    super('no space is left for recordings: check RECORDINGS_MAX_GB and RECORDINGS_MIN_FREE_MB');
  }
}

function problemOf(error: unknown): RecordingProblem {
  if (error instanceof NoRoomError) return 'full';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FULL_CODES.has(code) ? 'full' : 'unwritable';
}
