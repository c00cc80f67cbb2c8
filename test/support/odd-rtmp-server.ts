import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { readCommand, type RtmpCommand, writeCommand } from '../../src/media/rtmp/commands.js';
import { RtmpLink } from '../../src/media/rtmp/rtmp-link.js';
import type { RtmpMessage } from '../../src/media/rtmp/rtmp-message.js';

/** What the server does when a stream is published. */
type Answer = 'accept' | 'accept and stop reading' | 'refuse' | 'close' | 'say nothing';

/** An RTMP server that misbehaves on request, unlike real servers. */
export class OddRtmpServer {
  answer: Answer = 'accept';
  /** The keys with which streams were published. */
  readonly keys: unknown[] = [];
  /** The media that arrived. */
  readonly media: RtmpMessage[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(): Promise<OddRtmpServer> {
    const server = new OddRtmpServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes all connections, but continues to listen. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    const write = (bytes: Uint8Array): void => void socket.write(bytes);
    const link = new RtmpLink({ role: 'server', random: randomBytes, write });
    link.allowMedia(16_000_000);
    let isAnnounced = false;
    socket.on('data', (bytes) => {
      const messages = link.push(bytes);
      if (link.isOpen && !isAnnounced) {
        isAnnounced = true;
        link.announce();
      }
      for (const message of messages) {
        const command = readCommand(message);
        if (command) this.#answer(command, link, socket);
        else this.media.push(message);
      }
    });
  }

  #answer({ name, transaction, args }: RtmpCommand, link: RtmpLink, socket: Socket): void {
    const reply = (result: string, values: RtmpCommand['args'], streamId = 0): void =>
      link.send(writeCommand({ name: result, transaction, object: null, args: values }, streamId));
    if (name === 'connect') reply('_result', [{ code: 'NetConnection.Connect.Success' }]);
    if (name === 'createStream') reply('_result', [1]);
    if (name !== 'publish') return;
    this.keys.push(args[0]);
    if (this.answer === 'close') socket.destroy();
    if (this.answer === 'refuse')
      reply(
        'onStatus',
        [{ level: 'error', description: `${JSON.stringify(args[0])} is in use` }],
        1,
      );
    if (this.answer.startsWith('accept'))
      reply('onStatus', [{ level: 'status', code: 'NetStream.Publish.Start' }], 1);
    if (this.answer === 'accept and stop reading') socket.pause();
  }
}
