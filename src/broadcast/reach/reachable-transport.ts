import { networkInterfaces } from 'node:os';
import type { TransportOptions } from '../../protocol/rtc.js';
import { candidatesFor } from './candidate-order.js';
import type { ClientPath } from '../../common/client-path.js';

/** Our end of a connection as this client is told of it: what it is likely to reach comes first. */
export function reachableTransport(
  transport: TransportOptions,
  path: ClientPath,
): TransportOptions {
  return {
    ...transport,
    iceCandidates: candidatesFor(path, transport.iceCandidates, networkInterfaces()),
  };
}
