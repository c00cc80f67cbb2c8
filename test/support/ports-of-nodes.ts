import { freePort } from './free-port.js';

/** The number of nodes in the proxies' configurations in `deploy/`. */
const CONFIGURED = 3;

/**
 * Returns the port of each configured node on this machine. Nothing listens on the ports of nodes
 * that don't exist.
 */
export function portsOfNodes(urls: readonly string[]): Promise<number[]> {
  return Promise.all(
    Array.from({ length: CONFIGURED }, async (_, index) => {
      const url = urls[index];
      return url === undefined ? freePort() : Number(new URL(url).port);
    }),
  );
}
