import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** An entry in Vite's manifest, with only the fields used here. */
export interface ManifestChunk {
  file: string;
  imports?: readonly string[];
}

export type Manifest = Readonly<Record<string, ManifestChunk>>;

export interface Budget {
  /** The page's source file, as named in the manifest. */
  page: string;
  maxGzipBytes: number;
}

/** Returns the files that a page needs before its code runs: its entry and its static imports. */
export function filesBeforeStart(manifest: Manifest, page: string): string[] {
  const seen = new Set<string>();
  const files = new Set<string>();
  function visit(key: string): void {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the manifest has no ${key}`);
    if (chunk.file.endsWith('.js')) files.add(chunk.file);
    chunk.imports?.forEach(visit);
  }
  visit(page);
  return [...files].toSorted();
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;

/**
 * Fails the build if a page loads more JavaScript before it starts than its budget allows, measured
 * with gzip.
 */
export function budgetPlugin(budgets: readonly Budget[]): Plugin {
  let directory = '';
  return {
    name: 'onair-budget',
    apply: 'build',
    configResolved: (config) => {
      directory = resolve(config.root, config.build.outDir);
    },
    // This runs after the files and the manifest are written, so it measures what is served.
    writeBundle() {
      const path = join(directory, '.vite/manifest.json');
      const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'));
      for (const { page, maxGzipBytes } of budgets) {
        const sizes = filesBeforeStart(manifest, page).map((file) => ({
          file,
          bytes: gzipSync(readFileSync(join(directory, file))).byteLength,
        }));
        const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
        const share = `${kilobytes(total)} of ${kilobytes(maxGzipBytes)} gzip`;
        if (total <= maxGzipBytes) {
          this.info(`${page} loads ${share} of JavaScript before it starts`);
          continue;
        }
        const parts = sizes.map(({ file, bytes }) => `  ${kilobytes(bytes)}  ${file}`).join('\n');
        this.error(`${page} loads ${share} of JavaScript before it starts, over budget:\n${parts}`);
      }
    },
  };
}
