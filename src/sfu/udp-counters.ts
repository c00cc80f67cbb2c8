import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The counters, in the same order as in the file (`UdpCounters` in native/udp-queue/udp-queue.h).
 */
const NAMES = [
  'datagrams',
  'flushes',
  'early_flushes',
  'calls',
  'segmented',
  'deferred',
  'dropped',
  'refused_sockets',
  'refused_sizes',
] as const;
const FILE_BYTES = 4_096;

export type UdpCounterName = (typeof NAMES)[number];

/**
 * A media worker's counters of sent datagrams. The worker maps an unnamed file into its memory, so
 * reading the counters costs the worker nothing. All counters of a worker without Onair's code stay
 * 0.
 */
export class UdpCounters {
  /** The file's descriptor, which the worker inherits. */
  readonly fd: number;
  #closed = false;

  private constructor(fd: number) {
    this.fd = fd;
  }

  static create(): UdpCounters {
    const folder = mkdtempSync(join(tmpdir(), 'onair-worker-'));
    try {
      const fd = openSync(join(folder, 'counters'), 'wx+', 0o600);
      ftruncateSync(fd, FILE_BYTES);
      return new UdpCounters(fd);
    } finally {
      // The file exists as long as a process keeps it open.
      rmSync(folder, { recursive: true });
    }
  }

  /** Returns the current values; all 0 after `close`. */
  read(): Record<UdpCounterName, number> {
    const bytes = Buffer.alloc(NAMES.length * 8);
    if (!this.#closed) readSync(this.fd, bytes, 0, bytes.length, 0);
    const values = new BigUint64Array(bytes.buffer, bytes.byteOffset, NAMES.length);
    const entries = NAMES.map((name, index) => [name, Number(values[index] ?? 0n)]);
    return Object.fromEntries(entries) as Record<UdpCounterName, number>;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.fd);
  }
}
