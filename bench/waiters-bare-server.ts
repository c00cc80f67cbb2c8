// Runs as a separate process: a minimal server with waiting requests. It uses Node's HTTP server,
// and holds requests until the parent process sends the response.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Wake, Woken } from './waiters.js';

const waiting: ServerResponse[] = [];
let enough: { count: number; reached: () => void } | null = null;

const server = createServer((_request, response) => {
  waiting.push(response);
  if (waiting.length === enough?.count) enough.reached();
});

async function wake({ count, body }: Wake): Promise<Woken> {
  const bytes = Buffer.from(body, 'base64');
  if (waiting.length < count)
    await new Promise<void>((reached) => {
      enough = { count, reached };
    });
  const atMs = performance.timeOrigin + performance.now();
  const headers = ['content-type', 'application/vnd.apple.mpegurl', 'content-encoding', 'gzip'];
  headers.push('content-length', String(bytes.length));
  for (const response of waiting.splice(0)) response.writeHead(200, headers).end(bytes);
  return { atMs };
}

process.on('disconnect', () => process.exit());
process.on('message', (question: Wake) => {
  void wake(question).then((woken) => process.send?.(woken));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
