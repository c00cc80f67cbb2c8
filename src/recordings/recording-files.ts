import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { Journals } from './journal/journals.js';
import { FolderStore } from './store/folder-store.js';
import type { RecordingStore } from './store/recording-store.js';

/** Where this process keeps recordings, and the journals of them. */
@Injectable()
export class RecordingFiles implements OnApplicationShutdown {
  readonly store: RecordingStore;
  readonly journals: Journals;
  readonly #folder: string;
  readonly #isTemporary: boolean;

  constructor(@Inject(CONFIG) config: Config) {
    const { dir } = config.data;
    this.#isTemporary = dir === ':memory:';
    this.#folder = this.#isTemporary
      ? mkdtempSync(join(tmpdir(), 'onair-recordings-'))
      : join(dir, 'recordings');
    this.store = new FolderStore(this.#folder);
    this.journals = new Journals(this.#folder);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#isTemporary) await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** The folder, which is made if it isn't there. */
  async ensureFolder(): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    return this.#folder;
  }

  /** Puts bytes under a key. */
  async putBytes(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }

  /** Removes all there is of a recording or a clip. */
  async delete(key: string): Promise<void> {
    await this.store.deleteAll(`${key}/`);
    await this.journals.delete(key);
  }
}
