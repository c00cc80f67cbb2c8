import type { PackagedInit, PackagedSegment, SegmentKeeper } from '../broadcast/ports.js';
import type { Log } from '../common/logger.js';
import { SerialQueue } from '../common/serial-queue.js';
import type { Journals } from './journal/journals.js';
import type { RecordedInit, RecordedSegment } from './journal/recorded.js';
import type { RecordingStore } from './store/recording-store.js';

/** Files that wait to be kept; more are left out: the disk is too slow. */
const WAITING_MAX = 10_000;

type Options = Readonly<{
  id: string;
  store: RecordingStore;
  journals: Journals;
  log: Log;
  nowMs: () => number;
  /** Whether it is to be recorded; asked once, when there is something. */
  begin: () => Promise<boolean>;
  /** All is kept that could be. */
  onEnded: (began: boolean) => Promise<void>;
  /** Writes a picture's bytes under a key. */
  putPicture: (key: string, jpeg: Uint8Array) => Promise<void>;
}>;

/**
 * Keeps one broadcast's segments: puts each into the store, and then down in its rendition's journal, so that
 * what a journal tells is always there. What can't be kept is left out; the broadcast goes on.
 */
export class Recorder implements SegmentKeeper {
  readonly #options: Options;
  readonly #queue = new SerialQueue(WAITING_MAX);
  #wanted: Promise<boolean> | null = null;
  #isFailing = false;

  constructor(options: Options) {
    this.#options = options;
  }

  keepInit({ run, rendition, file, path, ...about }: PackagedInit): void {
    const line: RecordedInit = { kind: 'init', file, ...about };
    this.#keep(async () => {
      await this.#options.store.put(`${this.#options.id}/${run}/${rendition}/${file}`, path);
      await this.#append(run, rendition, line);
    });
  }

  keepSegment({ run, rendition, stored, ...about }: PackagedSegment): void {
    this.#keep(async () => {
      if (stored)
        await this.#options.store.put(
          `${this.#options.id}/${run}/${rendition}/${stored.file}`,
          stored.path,
        );
      const { file = null, bytes = 0, frames = 0 } = stored ?? {};
      const line: RecordedSegment = { kind: 'segment', ...about, file, bytes, frames };
      await this.#append(run, rendition, line);
    });
  }

  keepPicture(jpeg: Uint8Array): void {
    const { id, nowMs, putPicture, journals } = this.#options;
    const wallMs = nowMs();
    this.#keep(async () => {
      const file = `${Math.round(wallMs).toString(36)}.jpg`;
      await putPicture(`${id}/pictures/${file}`, jpeg);
      await journals.appendPicture(id, { file, wallMs });
    });
  }

  end(): void {
    const { onEnded, log } = this.#options;
    this.#queue
      .run(async () => onEnded((await this.#wanted) ?? false))
      .catch((err: unknown) => log.error({ err }, 'a recording could not be finished'));
  }

  #append(run: string, rendition: string, line: RecordedInit | RecordedSegment): Promise<void> {
    return this.#options.journals.append({ key: this.#options.id, run, rendition }, line);
  }

  #keep(work: () => Promise<void>): void {
    void this.#queue
      .run(async () => {
        if (!(await this.#isWanted())) return;
        await work();
        this.#recovered();
      })
      .catch((error: unknown) => this.#failed(error));
  }

  async #isWanted(): Promise<boolean> {
    this.#wanted ??= this.#options.begin();
    try {
      return await this.#wanted;
    } catch (error) {
      // The database was away: asked again with the next file.
      this.#wanted = null;
      throw error;
    }
  }

  #failed(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log.warn({ reason }, 'the broadcast can’t be recorded: it goes on without');
  }

  #recovered(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.info('the broadcast is recorded again');
  }
}
