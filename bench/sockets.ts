import { setTimeout as pause } from 'node:timers/promises';
import { registerWithChannel } from '../test/support/people.js';
import { MeasuredProcess } from './measured-process.js';
import { figure, type Row } from './row.js';

const SOCKETS = 2_000;
/**
 * The number of rounds after the first one, which includes the process's one-time costs and isn't
 * counted.
 */
const ROUNDS = 5;
/** The time to settle, which is longer than one ping interval. */
const SETTLE_MS = 9_000;
const CHANNEL = 'bench-idle';

type Memory = { rss: number; heapUsed: number; external: number };

/**
 * Measures the server's memory per viewer who watches and reads the chat, without media. The
 * viewers are sockets of another process.
 */
export async function benchIdleSockets(): Promise<Row[]> {
  const resident: number[] = [];
  const heap: number[] = [];
  const server = await MeasuredProcess.start('chat-server.ts');
  const load = await MeasuredProcess.start('sockets-load.ts');
  try {
    await registerWithChannel(server.url, CHANNEL);
    const open = async (clients: number) => {
      await load.ask({ name: 'open', url: server.url, clients, channel: CHANNEL });
      await pause(SETTLE_MS);
      return server.ask<Memory>({ name: 'memory' });
    };
    let before = await open(SOCKETS);
    for (let round = 0; round < ROUNDS; round += 1) {
      const after = await open(SOCKETS);
      resident.push((after.rss - before.rss) / SOCKETS / 1_024);
      heap.push(
        (after.heapUsed + after.external - before.heapUsed - before.external) / SOCKETS / 1_024,
      );
      before = after;
    }
  } finally {
    await load.stop();
    await server.stop();
  }
  return [
    figure('memory per idle viewer socket', { unit: 'KB', values: resident, atMost: 15 }),
    figure('of which on the heap', { unit: 'KB', values: heap, atMost: null }),
  ];
}
