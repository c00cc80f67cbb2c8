import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '../common/http/send-page.js';

/** The names of the pages in the web build. */
export type PageName =
  | 'index'
  | 'watch'
  | 'embed'
  | 'recording'
  | 'studio'
  | 'guest'
  | 'account'
  | 'admin'
  | 'not-found';

/** Reads the built pages when they are first used, and again after a rebuild. */
export class PageTemplates {
  readonly #dir: string;
  readonly #cache = new Map<PageName, { modifiedMs: number; template: Page }>();

  /** @param dir the web build's folder */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Returns a page; null if the web pages have not been built. */
  async get(name: PageName): Promise<Page | null> {
    const file = join(this.#dir, `${name}.html`);
    try {
      const { mtimeMs: modifiedMs } = await stat(file);
      const cached = this.#cache.get(name);
      if (cached?.modifiedMs === modifiedMs) return cached.template;
      const html = await readFile(file, 'utf8');
      const template = { html, scriptHashes: hashesOf(html) };
      this.#cache.set(name, { modifiedMs, template });
      return template;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
  }
}

/**
 * Returns the hashes of the inline scripts, each of the text between the tags (CSP 3, section
 * 6.7.3.3).
 */
function hashesOf(html: string): string[] {
  return [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, code = '']) => {
    return `'sha256-${createHash('sha256').update(code).digest('base64')}'`;
  });
}
