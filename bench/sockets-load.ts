// Runs as a separate process: viewers' sockets that are opened in batches on request, and only
// answer pings.
import { WebSocket } from 'ws';

type Open = { name: 'open'; url: string; clients: number; channel: string };

const PARALLEL = 50;
/** Headers as long as those of a browser. */
const HEADERS = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
  'accept-language': 'en-GB,en;q=0.9',
  cookie: `onair_guest=${'A'.repeat(22)}; theme=dark`,
};

async function open({ url, channel }: Open): Promise<void> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`;
  const socket = new WebSocket(address, { perMessageDeflate: false, headers: HEADERS });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (text === '2') socket.send('3');
    else if (text.startsWith('0')) socket.send('40');
    else if (text.startsWith('40')) socket.send(`420["viewer:join",{"channel":"${channel}"}]`);
    else if (text.startsWith('430')) socket.send(`421["chat:join",{"channel":"${channel}"}]`);
    else if (text.startsWith('431')) resolve();
  });
  await promise;
}

async function openAll(question: Open): Promise<void> {
  for (let opened = 0; opened < question.clients; opened += PARALLEL) {
    const next = Math.min(PARALLEL, question.clients - opened);
    await Promise.all(Array.from({ length: next }, () => open(question)));
  }
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Open) => {
  void openAll(question).then(() => process.send?.({}));
});
process.send?.({});
