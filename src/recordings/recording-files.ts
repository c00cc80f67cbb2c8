import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { Journals } from './journal/journals.js';
import { FolderStore } from './store/folder-store.js';
import type { RecordingStore } from './store/recording-store.js';
import { S3Store } from './store/s3-store.js';
import { SpooledStore } from './store/spooled-store.js';
import { Uploader } from './store/uploader.js';

/** Whether a recording's file is a journal: read as a whole, and growing. */
const isJournal = (key: string): boolean => key.endsWith('.jsonl');

/** The upload to a bucket. */
type Upload = Readonly<{ remote: S3Store; uploader: Uploader; maxBytes: number }>;

/**
 * The storage of recordings and their journals. With a bucket, journals stay in the local folder
 * and are copied to the bucket when finished.
 */
@Injectable()
export class RecordingFiles implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly store: RecordingStore;
  readonly journals: Journals;
  readonly #folder: string;
  readonly #isTemporary: boolean;
  readonly #spool: FolderStore;
  readonly #upload: Upload | null;
  readonly #log: Log;

  constructor(@Inject(CONFIG) config: Config, @Inject(LOG) log: Log) {
    const { dir } = config.data;
    const { s3 } = config.recordings;
    this.#isTemporary = dir === ':memory:';
    this.#folder = this.#isTemporary
      ? mkdtempSync(join(tmpdir(), 'onair-recordings-'))
      : join(dir, 'recordings');
    this.journals = new Journals(this.#folder);
    this.#spool = new FolderStore(this.#folder);
    this.#log = log.child({ part: 'recordings' });
    this.#upload = s3 && uploadTo(s3, this.#spool, this.#log);
    this.store = this.#upload
      ? new SpooledStore(this.#spool, this.#upload.remote, this.#upload.uploader)
      : this.#spool;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.#upload) return;
    const { remote, uploader } = this.#upload;
    // A failure does not prevent the start; the log tells the operator.
    remote.list('check/').catch((error: unknown) => {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#log.warn(
        { reason },
        'the bucket for recordings can’t be used now: check the S3_ settings',
      );
    });
    await uploader.resume();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#upload?.uploader.stop();
    await this.#upload?.remote.close();
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** The files waiting for upload; null without a bucket. */
  get spool(): Readonly<{ bytes: number; maxBytes: number; isUp: boolean }> | null {
    if (!this.#upload) return null;
    const { uploader, maxBytes } = this.#upload;
    return { bytes: uploader.waiting.bytes, maxBytes, isUp: uploader.isUp };
  }

  /** Copies the journals of a finished recording or clip to where its files are. */
  async archive(key: string): Promise<void> {
    if (!this.#upload) return;
    for (const journal of (await this.#spool.list(`${key}/`)).filter(isJournal))
      this.#upload.uploader.add(journal, (await this.#spool.head(journal)) ?? 0);
  }

  /** Restores the journals of a recording made on another machine. */
  async restore(key: string): Promise<void> {
    if (!this.#upload) return;
    const { remote } = this.#upload;
    for (const journal of (await remote.list(`${key}/`)).filter(isJournal)) {
      const stream = await remote.get(journal);
      if (stream) await this.putBytes(journal, Buffer.concat(await stream.toArray()));
    }
  }

  /** Returns the folder, created if missing. */
  async ensureFolder(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return this.#folder;
  }

  /** Stores a picture under a key. */
  async putPicture(key: string, jpeg: Uint8Array): Promise<void> {
    await this.putBytes(key, jpeg);
    this.#upload?.uploader.add(key, jpeg.length);
  }

  /** Writes bytes into the folder. */
  async putBytes(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }

  /**
   * Deletes all files of a recording or a clip. Rejects, with some files left, while the bucket is
   * unreachable.
   */
  async delete(key: string): Promise<void> {
    await this.store.deleteAll(`${key}/`);
    await this.journals.delete(key);
  }

  /**
   * Like {@link delete}, but leaves what is unreachable to the next sweep, which finds its
   * journals.
   */
  async deleteOrLater(key: string): Promise<void> {
    await this.delete(key).catch((err: unknown) =>
      this.#log.warn({ err, key }, 'files of a recording are deleted later'),
    );
  }
}

function uploadTo(
  { spoolMaxBytes, ...options }: NonNullable<Config['recordings']['s3']>,
  spool: FolderStore,
  log: Log,
): Upload {
  const remote = new S3Store(options);
  const uploader = new Uploader({ spool, remote, log, stays: isJournal });
  return { remote, uploader, maxBytes: spoolMaxBytes };
}
