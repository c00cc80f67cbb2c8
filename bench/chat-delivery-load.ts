// Runs as a separate process: the clients of a full chat. They verify that each acknowledged
// message arrives once and in order, and measure the time from when it was due until it arrives.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

type Connect = { name: 'connect'; url: string; clients: number; channel: string };
type Load = { name: 'load'; perSecond: number; seconds: number };
/** The delays of deliveries, in milliseconds, by percentile. */
type Delays = { p50: number; p95: number; p99: number; most: number };

type Client = { readonly socket: WebSocket; lastSeq: number };
/**
 * The contents of a frame. A frame is parsed only once, because all clients receive the same bytes.
 */
type Frame = { readonly firstSeq: number; readonly lastSeq: number; readonly dueMs: number[] };

const TEXT = 'What a day, and it is not even noon. '.repeat(4).slice(0, 120);
/** The number of connections that are opened concurrently. */
const PARALLEL = 50;
/** How long deliveries may take after the last message was sent. */
const PATIENCE_MS = 10_000;
/** Longer delays are counted in the last bucket. */
const DELAY_BUCKETS = 100_000;
const BUCKETS_PER_MS = 10;
/**
 * The maximum number of parsed frames in memory, for clients that haven't received them yet.
 */
const FRAMES_MAX = 500;
const TOLD = Buffer.from('42["chat:messages"');

const clients: Client[] = [];
let channel = '';
const frames = new Map<string, Frame>();
/** In sending order: when the message was due, and the number in its acknowledgement. */
const sent: {
  readonly nonce: string;
  readonly dueMs: number;
  seq: number | null;
  acknowledgedMs: number;
}[] = [];
const dueMsByNonce = new Map<string, number>();
/** The nonces of the delivered messages, by seq. */
const nonces = new Map<number, string>();
const delays = new Uint32Array(DELAY_BUCKETS);
let deliveries = 0;
let problem: string | null = null;

function fail(what: string): void {
  problem ??= what;
}

/** Parses a frame of the service; throws on unexpected content. */
function read(text: string): Frame {
  const [, { messages }] = JSON.parse(text.slice(2)) as [
    string,
    { messages: { seq: number; nonce: string }[] },
  ];
  messages.forEach(({ seq, nonce }, i) => {
    if (seq !== (messages[0]?.seq ?? 0) + i)
      fail(`a frame goes from ${messages[0]?.seq} to ${seq}`);
    if (nonces.has(seq)) fail(`message ${seq} was delivered twice, in different frames`);
    nonces.set(seq, nonce);
  });
  return {
    firstSeq: messages[0]?.seq ?? 0,
    lastSeq: messages.at(-1)?.seq ?? 0,
    dueMs: messages.map(({ nonce }) => dueMsByNonce.get(nonce) ?? Number.NaN),
  };
}

function remember(text: string): Frame {
  const frame = read(text);
  frames.set(text, frame);
  const [oldest] = frames.keys();
  if (frames.size > FRAMES_MAX && oldest !== undefined) frames.delete(oldest);
  return frame;
}

function hear(client: Client, data: Buffer): void {
  const nowMs = performance.now();
  const text = data.toString('latin1');
  const frame = frames.get(text) ?? remember(text);
  if (frame.firstSeq !== client.lastSeq + 1)
    fail(`after message ${client.lastSeq} a client received ${frame.firstSeq}`);
  client.lastSeq = frame.lastSeq;
  deliveries += frame.dueMs.length;
  for (const dueMs of frame.dueMs) {
    const bucket = Math.min(DELAY_BUCKETS - 1, Math.floor((nowMs - dueMs) * BUCKETS_PER_MS));
    delays[bucket] = (delays[bucket] ?? 0) + 1;
  }
}

/** `4317[{"ok":true,"data":{…}}]`: the acknowledgement of the 17th message. */
function acknowledge(text: string): void {
  const at = text.indexOf('[');
  const [reply] = JSON.parse(text.slice(at)) as [{ ok: boolean; data: { seq: number } }];
  const message = sent[Number(text.slice(2, at)) - 1];
  if (!reply.ok || !message) return fail(`a message was refused: ${text}`);
  message.seq = reply.data.seq;
  message.acknowledgedMs = performance.now() - message.dueMs;
}

/** Raw Socket.IO (Engine.IO 4): opens, connects, joins, and answers pings. */
async function join(url: string): Promise<void> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const client: Client = { socket, lastSeq: 0 };
  clients.push(client);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.on('close', () => fail('a connection was closed'));
  socket.on('message', (data: Buffer) => {
    if (data.length > TOLD.length && data.compare(TOLD, 0, TOLD.length, 0, TOLD.length) === 0)
      return hear(client, data);
    const text = data.toString('latin1');
    if (text === '2') socket.send('3');
    else if (text.startsWith('0')) socket.send('40');
    else if (text.startsWith('40')) socket.send(`420["chat:join",{"channel":"${channel}"}]`);
    else if (text.startsWith('430[{"ok":true')) resolve();
    else if (text.startsWith('430')) reject(new Error(text));
    else if (text.startsWith('43')) acknowledge(text);
  });
  await promise;
}

async function connect(question: Connect): Promise<object> {
  ({ channel } = question);
  for (let open = 0; open < question.clients; open += PARALLEL) {
    const next = Math.min(PARALLEL, question.clients - open);
    await Promise.all(Array.from({ length: next }, () => join(question.url)));
  }
  return {};
}

function say(dueMs: number): void {
  const nonce = randomUUID();
  sent.push({ nonce, dueMs, seq: null, acknowledgedMs: 0 });
  dueMsByNonce.set(nonce, dueMs);
  const message = JSON.stringify({ channel, guestName: 'bench', nonce, text: TEXT });
  clients[sent.length % clients.length]?.socket.send(`42${sent.length}["chat:send",${message}]`);
}

/** Sends each message when it is due, even if the service is slow to acknowledge earlier ones. */
async function sendAll({ perSecond, seconds }: Load): Promise<void> {
  const startMs = performance.now();
  for (let i = 0; i < perSecond * seconds; i += 1) {
    const dueMs = startMs + (i * 1_000) / perSecond;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    say(dueMs);
  }
}

/** Waits until everything is delivered and acknowledged. */
async function settled(lastSeq: number): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  const isDone = () =>
    problem !== null ||
    (clients.every((client) => client.lastSeq === lastSeq) &&
      sent.every(({ seq }) => seq !== null));
  while (!isDone() && performance.now() < untilMs) await sleep(20);
}

async function load(question: Load): Promise<object> {
  const before = Math.max(...clients.map(({ lastSeq }) => lastSeq));
  deliveries = 0;
  delays.fill(0);
  sent.splice(0);
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await sendAll(question);
  await settled(before + sent.length);
  const { user, system } = process.cpuUsage(cpu);
  const tookMs = performance.now() - startMs;
  check(before);
  return {
    sent: sent.length,
    deliveries,
    tookMs,
    cpuUs: user + system,
    ...percentiles(),
    ...acknowledged(),
  };
}

/**
 * Gaps are detected on arrival; this verifies that the delivered messages are the acknowledged
 * ones.
 */
function check(before: number): void {
  for (const { nonce, seq } of sent)
    if (seq === null) fail('a message was never acknowledged');
    else if (nonces.get(seq) !== nonce) fail(`message ${seq} was delivered as another message`);
  const behind = clients.filter(({ lastSeq }) => lastSeq !== before + sent.length).length;
  if (behind > 0) fail(`${behind} clients didn't receive every message`);
  if (deliveries !== sent.length * clients.length)
    fail(`expected ${sent.length * clients.length} deliveries, got ${deliveries}`);
  if (problem !== null) throw new Error(problem);
}

function percentiles(): Delays {
  const at = (share: number) => {
    let left = deliveries * share;
    const bucket = delays.findIndex((count) => (left -= count) <= 0);
    return (bucket + 1) / BUCKETS_PER_MS;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}

function acknowledged(): object {
  const sorted = sent.map(({ acknowledgedMs }) => acknowledgedMs).toSorted((a, b) => a - b);
  return {
    ackP50: sorted[Math.floor(sorted.length * 0.5)],
    ackP99: sorted[Math.floor(sorted.length * 0.99)],
  };
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Connect | Load) => {
  const done = question.name === 'load' ? load(question) : connect(question);
  void done.then((reply) => process.send?.(reply));
});
process.send?.({});
