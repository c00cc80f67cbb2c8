import { registerWithChannel } from '../test/support/people.js';
import { ServerProcess } from '../test/support/server-process.js';
import { MeasuredProcess } from './measured-process.js';
import { cpuUsOf } from './process-cpu.js';
import { figure, type Row } from './row.js';

const CHANNEL = 'bench-full-chat';
const PER_SECOND = 50;
/** The time for compiling code and warming up the database, which is not measured. */
const WARM_UP_SECONDS = 5;
const P99_AT_MOST_MS = 250;

type Delivered = {
  sent: number;
  deliveries: number;
  tookMs: number;
  cpuUs: number;
  p50: number;
  p95: number;
  p99: number;
  most: number;
  /** The time until the sender's acknowledgement. */
  ackP50: number;
  ackP99: number;
};

/**
 * Measures a full chat of the built service, with its database on disk and all clients in another
 * process. Rejects unless every message is acknowledged and delivered to everyone, once and in
 * order.
 */
export async function benchChatDelivery({ clients = 2_000, seconds = 60 } = {}): Promise<Row[]> {
  const server = await ServerProcess.start({ LOG_LEVEL: 'warn' });
  const load = await MeasuredProcess.start('chat-delivery-load.ts');
  try {
    await registerWithChannel(server.url, CHANNEL);
    await load.ask({ name: 'connect', url: server.url, clients, channel: CHANNEL });
    await load.ask({ name: 'load', perSecond: PER_SECOND, seconds: WARM_UP_SECONDS });
    const beforeUs = await cpuUsOf(server.pid);
    const delivered = await load.ask<Delivered>({
      name: 'load',
      perSecond: PER_SECOND,
      seconds,
    });
    const serverUs = (await cpuUsOf(server.pid)) - beforeUs;
    return rowsOf(delivered, { clients, serverUs });
  } finally {
    await load.stop();
    await server.close();
  }
}

function rowsOf(
  { sent, deliveries, tookMs, cpuUs, ...delays }: Delivered,
  { clients, serverUs }: { clients: number; serverUs: number },
): Row[] {
  const row = (name: string, unit: string, value: number, atMost: number | null = null) =>
    figure(`  ${name}`, { unit, values: [value], atMost });
  const ofACore = (us: number) => us / tookMs / 10;
  return [
    {
      ...row('', 'ms', delays.p99, P99_AT_MOST_MS),
      name: `chat of ${clients}, ${PER_SECOND} messages a second: send to delivery, p99`,
    },
    row('p95', 'ms', delays.p95),
    row('median', 'ms', delays.p50),
    row('maximum', 'ms', delays.most),
    row('send to acknowledgement, p99', 'ms', delays.ackP99),
    row('send to acknowledgement, median', 'ms', delays.ackP50),
    row('messages acknowledged, and delivered to all once and in order', 'messages', sent),
    row('deliveries', '/s', deliveries / (tookMs / 1_000)),
    row('the server’s process', '% of a core', ofACore(serverUs)),
    row('the clients’ process', '% of a core', ofACore(cpuUs)),
  ];
}
