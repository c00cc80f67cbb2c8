import type { IncomingMessage } from 'node:http';
import type { Clock } from '../common/clock.js';
import type { ClientAddress } from '../security/client-address.js';
import { AddressCounts, AddressRates } from '../security/address-limits.js';
import { scaled } from '../security/rate-limiter.js';
import { GROUP_RATES } from '../security/route-groups.js';

/** The maximum number of open sockets per address. Each tab has one. */
const SOCKETS_PER_ADDRESS_MAX = 100;
/** The retry delay when too many sockets are open. */
const FULL_RETRY_MS = 10_000;

/** Limits how many sockets an address can have open, and how often it can open a new one. */
export class ConnectionLimits {
  readonly #clients: ClientAddress;
  readonly #clock: Clock;
  readonly #rates: AddressRates;
  readonly #open: AddressCounts;

  constructor(options: { clients: ClientAddress; factor: number; clock: Clock }) {
    this.#clients = options.clients;
    this.#clock = options.clock;
    this.#rates = new AddressRates(scaled(GROUP_RATES.sockets, options.factor));
    this.#open = new AddressCounts(Math.ceil(SOCKETS_PER_ADDRESS_MAX * options.factor));
  }

  /** Returns the client's address. */
  addressOf(request: IncomingMessage): string {
    return this.#clients.of(request);
  }

  /**
   * Admits a connection, which counts until it closes. If the limit is reached, responds that the
   * client should retry later and returns false.
   */
  admit(request: IncomingMessage): boolean {
    const address = this.#clients.of(request);
    const retryAfterMs = this.#rates.take(address, this.#clock.nowMs());
    if (retryAfterMs > 0) return refuse(request, retryAfterMs);
    const leave = this.#open.enter(address);
    if (!leave) return refuse(request, FULL_RETRY_MS);
    request.socket.once('close', leave);
    return true;
  }
}

/** Responds with 429, because Engine.IO's own refusal is a 400 without an explanation. */
function refuse({ socket }: IncomingMessage, retryAfterMs: number): false {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  socket.end(
    `HTTP/1.1 429 Too Many Requests\r\nretry-after: ${seconds}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
  return false;
}
