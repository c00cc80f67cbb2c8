// Runs as a separate process: a minimal chat server on `ws`. It encodes each frame once and sends
// heartbeats at the service's interval.
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import * as ws from 'ws';

/** Parts of ws that its type declarations omit. */
type Frames = { Sender: { frame(data: Buffer, options: object): Buffer[] } };
type Wire = { _sender: { sendFrame(frame: Buffer[]): void } };

const PING_INTERVAL_MS = 2_000;

const { Sender } = ws as unknown as Frames;
const server = createServer();
const sockets = new ws.WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket: ws.WebSocket) => {
  const heartbeat = setInterval(() => socket.ping(), PING_INTERVAL_MS);
  socket.on('close', () => clearInterval(heartbeat));
  socket.on('message', (data: Buffer) => {
    const frame = Sender.frame(data, {
      readOnly: false,
      mask: false,
      rsv1: false,
      opcode: 1,
      fin: true,
    });
    const whole = [Buffer.concat(frame)];
    for (const client of sockets.clients) (client as unknown as Wire)._sender.sendFrame(whole);
  });
});

process.on('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}` });
});
