import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The names of the pages in the web build. */
export type PageName =
  | 'index'
  | 'watch'
  | 'embed'
  | 'recording'
  | 'studio'
  | 'account'
  | 'admin'
  | 'not-found';

/** Reads the built pages when they are first used, and again after a rebuild. */
export class PageTemplates {
  readonly #dir: string;
  readonly #cache = new Map<PageName, { modifiedMs: number; html: string }>();

  /** @param dir the web build's folder */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Returns a page's HTML; null if the web pages have not been built. */
  async get(name: PageName): Promise<string | null> {
    const file = join(this.#dir, `${name}.html`);
    try {
      const { mtimeMs: modifiedMs } = await stat(file);
      const cached = this.#cache.get(name);
      if (cached?.modifiedMs === modifiedMs) return cached.html;
      const html = await readFile(file, 'utf8');
      this.#cache.set(name, { modifiedMs, html });
      return html;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }
}
