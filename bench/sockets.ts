import { setTimeout as pause } from 'node:timers/promises';
import { registerWithChannel } from '../test/support/people.js';
import { MeasuredProcess } from './measured-process.js';
import { figure, type Row } from './row.js';

const SOCKETS = 2_000;
/** After one that isn't counted, for what the process needs once. */
const ROUNDS = 5;
/** Longer than a round of pings. */
const SETTLE_MS = 9_000;
const CHANNEL = 'bench-idle';

type Memory = { rss: number; heapUsed: number; external: number };

/** Memory of the server for a viewer who watches and reads, without media: sockets from another process. */
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
    figure('memory per idle viewer socket', { unit: 'KB', values: resident, atMost: 40 }),
    figure('of which on the heap', { unit: 'KB', values: heap, atMost: null }),
  ];
}
