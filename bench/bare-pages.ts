import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

const pages: Readonly<Record<string, string>> = {
  '/video': 'bare-video.html',
  '/webrtc': 'bare-webrtc.html',
};

/** Serves the baseline pages without a cache, compression or a framework. */
export class BarePages {
  readonly url: string;
  /** The file that the video page plays. */
  clip = Buffer.alloc(0);
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://localhost:${port}`;
  }

  static async start(): Promise<BarePages> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const bare = new BarePages(server, address.port);
    server.on('request', ({ url }, response) => {
      void bare.#answer(url ?? '', response);
    });
    return bare;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    const page = pages[path];
    if (path === '/clip') response.writeHead(200, { 'content-type': 'video/webm' }).end(this.clip);
    else if (page === undefined) response.writeHead(404).end();
    else {
      const html = await readFile(join(import.meta.dirname, 'pages', page));
      response.writeHead(200, { 'content-type': 'text/html' }).end(html);
    }
  }
}
