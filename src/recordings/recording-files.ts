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
import { CLUSTER, type Cluster } from '../cluster/cluster.js';
import { LOG, type Log } from '../common/logger.js';
import { CONFIG, type Config } from '../config/config.js';
import { Journals } from './journal/journals.js';
import { FolderStore } from './store/folder-store.js';
import type { RecordingStore } from './store/recording-store.js';
import { S3Store } from './store/s3-store.js';
import { SpooledStore } from './store/spooled-store.js';
import { Uploader } from './store/uploader.js';

/** Whether a recording's file is a journal. Journals grow, and are read as a whole. */
const isJournal = (key: string): boolean => key.endsWith('.jsonl');

/** The parts that upload files to a bucket. */
type Upload = Readonly<{ remote: S3Store; uploader: Uploader; maxBytes: number }>;

/**
 * The storage of recordings and their journals. If a bucket is used, journals stay in the local
 * folder. They are copied to the bucket when a recording is finished and, in a cluster, while it is
 * active as well.
 */
@Injectable()
export class RecordingFiles implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly store: RecordingStore;
  readonly journals: Journals;
  /** Whether this is one of several nodes, all of which store recordings. */
  readonly isNode: boolean;
  /**
   * Whether recordings can be stored. A cluster needs a bucket, so that all nodes can read them.
   */
  readonly canRecord: boolean;
  readonly #folder: string;
  readonly #isTemporary: boolean;
  readonly #spool: FolderStore;
  readonly #upload: Upload | null;
  readonly #log: Log;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(CLUSTER) { self }: Cluster,
    @Inject(LOG) log: Log,
  ) {
    const { dir } = config.data;
    const { s3 } = config.recordings;
    this.isNode = config.node.url !== null;
    this.canRecord = s3 !== null || !this.isNode;
    this.#isTemporary = dir === ':memory:';
    this.#folder = this.#isTemporary
      ? mkdtempSync(join(tmpdir(), 'onair-recordings-'))
      : join(dir, 'recordings');
    this.journals = new Journals(this.#folder, this.isNode ? self : null);
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
    // A failure does not prevent startup; it is logged for the operator.
    remote.list('check/').catch((error: unknown) => {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#log.warn({ reason }, 'the bucket for recordings can’t be used: check the S3_ settings');
    });
    await uploader.resume();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#upload?.uploader.stop();
    await this.#upload?.remote.close();
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** The files waiting for upload; null if no bucket is used. */
  get spool(): Readonly<{ bytes: number; maxBytes: number; isUp: boolean }> | null {
    if (!this.#upload) return null;
    const { uploader, maxBytes } = this.#upload;
    return { bytes: uploader.waiting.bytes, maxBytes, isUp: uploader.isUp };
  }

  /**
   * Copies the journals of a recording or clip to the store that contains its files, after the
   * files that they name.
   */
  async archive(key: string): Promise<void> {
    if (!this.#upload) return;
    for (const journal of (await this.#spool.list(`${key}/`)).filter(isJournal))
      this.#upload.uploader.add(journal, (await this.#spool.head(journal)) ?? 0);
  }

  /**
   * Copies the journals of an active recording to the store, except those whose content can also be
   * read from its other files. Resolves with the total size of the copied journals, in bytes.
   */
  async archiveSoFar(key: string): Promise<number> {
    if (!this.#upload) return 0;
    let bytes = 0;
    for (const journal of (await this.#spool.list(`${key}/`)).filter(isJournal)) {
      if (journal.endsWith('/samples.jsonl')) continue;
      const size = (await this.#spool.head(journal)) ?? 0;
      this.#upload.uploader.add(journal, size);
      bytes += size;
    }
    return bytes;
  }

  /** Resolves when all files that this node has of a recording or clip are in the store. */
  async uploaded(key: string): Promise<void> {
    await this.#upload?.uploader.settled(`${key}/`);
  }

  /**
   * Copies from the store the journals that other nodes wrote for a recording. Journals that are
   * already complete on this node remain unchanged.
   * @throws {Error} while the store is unreachable
   */
  async restore(key: string): Promise<void> {
    if (!this.#upload) return;
    const { remote } = this.#upload;
    for (const journal of (await remote.list(`${key}/`)).filter(isJournal)) {
      // A longer local journal is newer, because journals only grow, and this node uploads its own
      // with a delay.
      const [near, far] = [await this.#spool.head(journal), await remote.head(journal)];
      if (near !== null && near >= (far ?? 0)) continue;
      const stream = await remote.get(journal);
      if (stream) await this.putBytes(journal, Buffer.concat(await stream.toArray()));
    }
  }

  /** Returns the folder, and creates it if it is missing. */
  async ensureFolder(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return this.#folder;
  }

  /** Stores an image under a key. */
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
   * Deletes all files of a recording or a clip. Rejects while the bucket is unreachable; some files
   * may then remain.
   */
  async delete(key: string): Promise<void> {
    await this.store.deleteAll(`${key}/`);
    await this.journals.delete(key);
  }

  /**
   * Like {@link delete}, but leaves unreachable files to the next sweep, which finds them through
   * their journals.
   */
  async deleteOrLater(key: string): Promise<void> {
    await this.delete(key).catch((err: unknown) =>
      this.#log.warn({ err, key }, 'files of a recording could not be deleted; retrying later'),
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
