import { copyFile, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import type { RecordingStore, StoredRange } from './recording-store.js';
import { storeKey } from './store-key.js';

/** Error codes for hard links that are unsupported or would cross file systems. */
const REFUSES_LINKS = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Stores recordings in a folder. If a file is on the same file system, it is hard-linked instead of
 * copied.
 */
export class FolderStore implements RecordingStore {
  readonly folder: string;

  /** @param folder created on the first write */
  constructor(folder: string) {
    this.folder = folder;
  }

  async put(key: string, localPath: string): Promise<void> {
    const to = this.pathOf(key);
    await mkdir(dirname(to), { recursive: true });
    try {
      await link(localPath, to);
    } catch (error) {
      const code = codeOf(error);
      // A file is stored again if a crash occurred after it was stored and before its journal line
      // was written.
      if (code === 'EEXIST') return;
      if (!REFUSES_LINKS.has(code)) throw error;
      await copyWhole(localPath, to);
    }
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    await this.put(toKey, this.pathOf(fromKey));
  }

  async get(key: string, range?: StoredRange): Promise<Readable | null> {
    const file = await open(this.pathOf(key)).catch(nullIfAbsent);
    if (!file) return null;
    return file.createReadStream(range ? { start: range.first, end: range.last } : {});
  }

  async head(key: string): Promise<number | null> {
    const found = await stat(this.pathOf(key)).catch(nullIfAbsent);
    return found?.isFile() ? found.size : null;
  }

  async list(prefix: string): Promise<string[]> {
    // A prefix can end within a name, so list the folder that contains it.
    const folder = join(this.folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
      nullIfAbsent,
    );
    return (
      (entries ?? [])
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(this.folder, join(parentPath, name)))
        .map((path) => path.split(sep).join('/'))
        // Omits files that are still being copied.
        .filter((key) => key.startsWith(prefix) && !key.endsWith('.part'))
        .toSorted()
    );
  }

  async deleteAll(prefix: string): Promise<void> {
    if (prefix.endsWith('/'))
      return rm(this.pathOf(prefix.slice(0, -1)), { recursive: true, force: true });
    for (const key of await this.list(prefix)) await rm(this.pathOf(key), { force: true });
  }

  /**
   * Returns the path of a key's file.
   * @throws for an invalid key
   */
  pathOf(key: string): string {
    return join(this.folder, storeKey(key));
  }
}

/** Copies a file atomically: after a crash the target is either absent or complete. */
async function copyWhole(from: string, to: string): Promise<void> {
  const part = `${to}.part`;
  try {
    await copyFile(from, part);
    await rename(part, to);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

function nullIfAbsent(error: unknown): null {
  if (codeOf(error) === 'ENOENT') return null;
  throw error;
}
