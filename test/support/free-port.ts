import { once } from 'node:events';
import { createServer } from 'node:net';

/** A range below the ephemeral ports that the system assigns to outgoing connections. */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/** Returns a TCP port on loopback that is currently free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
