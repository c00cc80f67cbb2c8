import { networkInterfaces } from 'node:os';
import type { TransportOptions } from '../../protocol/rtc.js';
import { candidatesFor } from './candidate-order.js';
import type { ClientPath } from '../../common/client-path.js';

/**
 * Returns the server's transport with its candidates sorted: those that this client is most likely
 * to reach come first.
 */
export function reachableTransport(
  transport: TransportOptions,
  path: ClientPath,
): TransportOptions {
  return {
    ...transport,
    iceCandidates: candidatesFor(path, transport.iceCandidates, networkInterfaces()),
  };
}
