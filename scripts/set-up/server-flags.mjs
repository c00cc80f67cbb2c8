import { existsSync } from 'node:fs';

/**
 * Node's flags for the server. They limit the young generation, which would otherwise grow by 20 MB
 * during startup alone (docs/adr/0002).
 */
export const SERVER_FLAGS = ['--max-semi-space-size=4'];

/**
 * Environment variables of glibc's allocator for the server. By default, threads get heaps of their
 * own, and freed buffers of up to 32 MB remain in them. With these values, a large buffer returns to
 * the system at once (docs/adr/0034).
 */
const GLIBC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
};

/**
 * The variables of jemalloc, which also returns the pages of small buffers, a second after they were
 * freed.
 */
const JEMALLOC = 'background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0,narenas:2';

/** The library in the packages of Debian, Fedora, and Arch. */
const JEMALLOC_PATHS = [
  '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2',
  '/usr/lib/aarch64-linux-gnu/libjemalloc.so.2',
  '/usr/lib64/libjemalloc.so.2',
  '/usr/lib/libjemalloc.so.2',
];

/**
 * Returns the environment variables of the server's memory allocator, which is jemalloc if it is
 * installed.
 * @param {(path: string) => boolean} [exists]
 * @returns {Record<string, string>}
 */
export function allocatorSettings(exists = existsSync) {
  const library = process.platform === 'linux' ? JEMALLOC_PATHS.find(exists) : undefined;
  return library === undefined ? GLIBC : { LD_PRELOAD: library, MALLOC_CONF: JEMALLOC };
}
