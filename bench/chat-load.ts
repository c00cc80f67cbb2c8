// Runs as a separate process: many minimal clients of one chat, which count deliveries. Without a
// channel, they connect to the minimal server in chat-bare-server.ts instead of Onair.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

type Connect = { name: 'connect'; url: string; clients: number; channel: string | null };
type Send = { name: 'send'; bursts: number; burst: number; gapMs: number };

const TEXT = 'What a day, and it is not even noon. '.repeat(4).slice(0, 120);
const PARALLEL = 50;

const clients: WebSocket[] = [];
let channel: string | null = null;
let delivered = 0;
let refused = 0;
let turn = 0;
let enough: (() => void) | null = null;
let wanted = 0;

function count(text: string): void {
  for (let at = text.indexOf('"seq":'); at !== -1; at = text.indexOf('"seq":', at + 6))
    delivered += 1;
  if (delivered >= wanted) enough?.();
}

/** Raw Socket.IO (Engine.IO 4): opens, connects, joins, and answers pings. */
async function join(url: string): Promise<void> {
  const address = channel === null ? url : `${url}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address.replace('http', 'ws'), { perMessageDeflate: false });
  clients.push(socket);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  if (channel === null) socket.on('open', resolve);
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (text === '2') socket.send('3');
    else if (channel === null || text.startsWith('42["chat:messages"')) count(text);
    else if (text.startsWith('0')) socket.send('40');
    else if (text.startsWith('40')) socket.send(`420["chat:join",{"channel":"${channel}"}]`);
    else if (text.startsWith('430[{"ok":true')) resolve();
    else if (text.startsWith('43') && !text.includes('"ok":true')) refused += 1;
  });
  await promise;
}

function say(): void {
  const socket = clients[(turn += 1) % clients.length];
  const message = { nonce: randomUUID(), text: TEXT };
  if (channel === null)
    socket?.send(
      `42["chat:messages",${JSON.stringify({
        channel: 'bench-chat',
        messages: [
          {
            seq: turn,
            ...message,
            name: 'bench',
            role: 'guest',
            sentAt: '2026-01-01T00:00:00.000Z',
          },
        ],
      })}]`,
    );
  else
    socket?.send(
      `421${turn}["chat:send",${JSON.stringify({ channel, guestName: 'bench', ...message })}]`,
    );
}

async function send({ bursts, burst, gapMs }: Send): Promise<{ delivered: number }> {
  delivered = 0;
  refused = 0;
  wanted = bursts * burst * clients.length;
  const all = new Promise<void>((resolve) => {
    enough = resolve;
  });
  for (let i = 0; i < bursts; i += 1) {
    for (let j = 0; j < burst; j += 1) say();
    await sleep(gapMs);
  }
  await Promise.race([all, sleep(10_000)]);
  if (refused > 0) throw new Error(`${refused} messages were refused`);
  if (delivered !== wanted) throw new Error(`expected ${wanted} deliveries, got ${delivered}`);
  return { delivered };
}

async function connect(question: Connect): Promise<void> {
  ({ channel } = question);
  for (let open = 0; open < question.clients; open += PARALLEL) {
    const next = Math.min(PARALLEL, question.clients - open);
    await Promise.all(Array.from({ length: next }, () => join(question.url)));
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Connect | Send) => {
  const done = question.name === 'send' ? send(question) : connect(question);
  void done.then((reply) => process.send?.(reply ?? {}));
});
process.send?.({});
