import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';

/** A running HTTP server that belongs to a test. */
export type LocalServer = { url: string; close(): Promise<void> };

/** Starts an HTTP server on a free port of 127.0.0.1, and therefore on its own origin. */
export async function serveLocally(listener: RequestListener): Promise<LocalServer> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
