import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/**
 * The minimum size of a compressed file, in bytes. Smaller responses fit into one packet anyway.
 */
const MIN_BYTES = 1_000;

/**
 * Writes gzip and Brotli versions of each text file in the build. The server sends them unchanged.
 */
export function precompressPlugin(): Plugin {
  let directory = '';
  return {
    name: 'onair-precompress',
    apply: 'build',
    configResolved: (config) => {
      directory = resolve(config.root, config.build.outDir);
    },
    writeBundle() {
      const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
      // HTML pages are excluded, because the server modifies each one before sending it.
      for (const file of files.filter((name) => /\.(js|css|svg)$/.test(name))) {
        const path = join(directory, file);
        const content = readFileSync(path);
        if (content.byteLength < MIN_BYTES) continue;
        writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength };
        writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
      }
    },
  };
}
