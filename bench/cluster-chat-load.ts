// Runs as a separate process: clients of one node, which join some chats and send messages to them.
// Each message contains the time at which it was due, so that clients in other processes can
// measure its latency.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Opens `clients` connections per channel. */
type Connect = { name: 'connect'; url: string; channels: string[]; clients: number };
/** Sends messages when they are due. */
type Pace = { name: 'pace'; perSecond: number; seconds: number };
/** Sends messages as fast as they are acknowledged, with at most this many unacknowledged. */
type Flood = { name: 'flood'; messages: number; inFlight: number };
/** Requests the latencies since the previous request, once `deliveries` messages have arrived. */
type Take = { name: 'take'; deliveries: number };
type Question = Connect | Pace | Flood | Take;

/** The latencies are in milliseconds. */
export type Taken = { p50: number; p99: number; cpuUs: number };
export type Sent = { tookMs: number };

type Client = { readonly socket: WebSocket; readonly channel: string; lastSeq: number };
type Frame = { readonly firstSeq: number; readonly dueMs: number[] };

const PARALLEL = 50;
const PATIENCE_MS = 30_000;
const FRAMES_MAX = 500;
const TOLD = '42["chat:messages"';
const PADDING = ' What a day, and it is not even noon.'.repeat(3);

const clients: Client[] = [];
/** Clients of a channel receive the same frames, which are parsed once. */
const frames = new Map<string, Frame>();
let latencies: number[] = [];
/** Called when a request is acknowledged, by the number of the request. */
const acknowledged = new Map<number, () => void>();
let requests = 0;
let next = 0;
let problem: string | null = null;
let cpu = process.cpuUsage();

const nowMs = () => performance.timeOrigin + performance.now();

function fail(what: string): void {
  problem ??= what;
}

function frameOf(text: string): Frame {
  const known = frames.get(text);
  if (known) return known;
  const [, { messages }] = JSON.parse(text.slice(2)) as [
    string,
    { messages: { seq: number; text: string }[] },
  ];
  const frame = {
    firstSeq: messages[0]?.seq ?? 0,
    dueMs: messages.map(({ text: said }) => Number(said.split(' ')[0])),
  };
  frames.set(text, frame);
  const [oldest] = frames.keys();
  if (frames.size > FRAMES_MAX && oldest !== undefined) frames.delete(oldest);
  return frame;
}

function hear(client: Client, text: string): void {
  const atMs = nowMs();
  const { firstSeq, dueMs } = frameOf(text);
  if (firstSeq !== client.lastSeq + 1)
    fail(`after message ${client.lastSeq} a client received ${firstSeq}`);
  client.lastSeq += dueMs.length;
  for (const due of dueMs) latencies.push(atMs - due);
}

/** Raw Socket.IO (Engine.IO 4): opens, connects, joins, and answers pings. */
async function join(url: string, channel: string): Promise<void> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const client: Client = { socket, channel, lastSeq: 0 };
  clients.push(client);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.on('close', () => fail('a connection was closed'));
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (text.startsWith(TOLD)) return hear(client, text);
    if (text === '2') socket.send('3');
    else if (text.startsWith('0')) socket.send('40');
    else if (text.startsWith('40')) socket.send(`420["chat:join",{"channel":"${channel}"}]`);
    else if (text.startsWith('430[{"ok":true')) resolve();
    else if (text.startsWith('430')) reject(new Error(text));
    else if (text.startsWith('43')) {
      if (!text.includes('[{"ok":true')) fail(`a message was refused: ${text}`);
      const id = Number(text.slice(2, text.indexOf('[')));
      acknowledged.get(id)?.();
      acknowledged.delete(id);
    }
  });
  await promise;
}

async function connect({ url, channels, clients: count }: Connect): Promise<object> {
  const wanted = channels.flatMap((channel) => Array.from({ length: count }, () => channel));
  // The clients of a channel aren't neighbors, so consecutive messages go to different channels.
  const mixed = wanted.toSorted(() => Math.random() - 0.5);
  for (let i = 0; i < mixed.length; i += PARALLEL)
    await Promise.all(mixed.slice(i, i + PARALLEL).map((channel) => join(url, channel)));
  return {};
}

/** Resolves when the message is acknowledged. */
function say(dueMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const client = clients[next % clients.length];
  next += 1;
  requests += 1;
  acknowledged.set(requests, resolve);
  const text = `${dueMs.toFixed(1)}${PADDING}`;
  const message = { channel: client?.channel, guestName: 'bench', nonce: randomUUID(), text };
  client?.socket.send(`42${requests}["chat:send",${JSON.stringify(message)}]`);
  return promise;
}

async function pace({ perSecond, seconds }: Pace): Promise<Sent> {
  const startMs = nowMs();
  const sent: Promise<void>[] = [];
  for (let i = 0; i < perSecond * seconds; i += 1) {
    const dueMs = startMs + (i * 1_000) / perSecond;
    const waitMs = dueMs - nowMs();
    if (waitMs > 0) await sleep(waitMs);
    sent.push(say(dueMs));
  }
  await Promise.all(sent);
  return { tookMs: nowMs() - startMs };
}

async function flood({ messages, inFlight }: Flood): Promise<Sent> {
  const startMs = nowMs();
  let left = messages;
  const isDone = () => left === 0 || problem !== null;
  const lane = async () => {
    while (!isDone()) {
      left -= 1;
      await say(nowMs());
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { tookMs: nowMs() - startMs };
}

async function take({ deliveries }: Take): Promise<Taken> {
  const untilMs = nowMs() + PATIENCE_MS;
  const isDone = () => latencies.length >= deliveries || problem !== null;
  while (!isDone() && nowMs() < untilMs) await sleep(20);
  if (latencies.length !== deliveries)
    fail(`expected ${deliveries} deliveries, got ${latencies.length}`);
  if (problem !== null) throw new Error(problem);
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  const { user, system } = process.cpuUsage(cpu);
  latencies = [];
  cpu = process.cpuUsage();
  return { p50: at(0.5), p99: at(0.99), cpuUs: user + system };
}

const answers = { connect, pace, flood, take };

process.on('disconnect', () => process.exit());
process.on('message', (question: Question) => {
  const answer = answers[question.name] as (asked: Question) => Promise<object>;
  void answer(question).then((reply) => process.send?.(reply));
});
process.send?.({});
