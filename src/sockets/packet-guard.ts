import { Decoder, type Packet, PacketType } from 'socket.io-parser';
import type { Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { type Rate, TokenBucket } from '../common/token-bucket.js';
import { SOCKET_PAYLOAD_MAX } from '../protocol/limits.js';
import { assertStrictJson, StrictJsonError } from '../security/strict-json.js';

/** The event name of a refused packet. It is a symbol, because clients can't send symbols. */
export const REFUSED = Symbol('refused');

/** Matches a packet with attachments, such as `51-["event",…]`. */
const BINARY_HEADER = /^[56](\d{1,3})-/;

/** The maximum packet rate per connection. */
export const PACKET_RATE: Rate = { burst: 200, perSecond: 50 };
/** The maximum rate of refusals per connection. A connection that exceeds it is closed. */
export const REFUSAL_RATE: Rate = { burst: 200, perSecond: 10 };

/** Matches the part of a packet before its JSON. */
const PREFIX = /^[0-6]?(?:\/[^,]{0,100},)?\d{0,15}/;

/** Matches `2` (type) `1-` (attachments) `/chat,` (namespace) `17` (acknowledgement). */
const HEADER = /^([0-6])(?:\d+-)?(?:\/[^,]{0,100},)?(\d{1,15})?/;

/**
 * Decodes the packets of one connection and passes on those that a socket is allowed to send.
 * Packets that exceed the rate or the size, are binary, or are malformed are not parsed. Instead,
 * they become {@link REFUSED} events with the error and the acknowledgement number, so that they
 * get a reply. If a flood continues, throws an error, which closes the connection.
 */
export class PacketGuard extends Decoder {
  readonly #clock: Clock;
  readonly #packets: TokenBucket;
  #refusals: TokenBucket | undefined;
  /** The number of upcoming binary frames that belong to a refused packet. */
  #refusedAttachments = 0;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
    this.#packets = new TokenBucket(PACKET_RATE, clock.nowMs());
  }

  override add(raw: unknown): void {
    const retryAfterMs = this.#packets.take(this.#clock.nowMs());
    if (retryAfterMs > 0) return this.#refuse(raw, tooFast(retryAfterMs));
    if (typeof raw !== 'string') {
      if (this.#refusedAttachments === 0) return this.#refuse(raw, noBinary());
      this.#refusedAttachments -= 1;
      return;
    }
    const [, attachments] = BINARY_HEADER.exec(raw.slice(0, 10)) ?? [];
    this.#refusedAttachments = Number(attachments ?? 0);
    if (attachments !== undefined) return this.#refuse(raw, noBinary());
    if (isTooLarge(raw)) return this.#refuse(raw, tooLarge());
    try {
      assertStrictJson(raw.slice(PREFIX.exec(raw)?.[0].length ?? 0));
      super.add(raw);
    } catch (cause) {
      this.#refuse(raw, unreadable(cause));
    }
  }

  #refuse(raw: unknown, error: DomainError): void {
    const nowMs = this.#clock.nowMs();
    this.#refusals ??= new TokenBucket(REFUSAL_RATE, nowMs);
    if (this.#refusals.take(nowMs) > 0) throw new Error('the flood continues');
    const [, , id] = (typeof raw === 'string' && HEADER.exec(raw.slice(0, 140))) || [];
    const packet: Packet = {
      type: PacketType.EVENT,
      nsp: '/',
      data: [REFUSED, error],
      ...(id === undefined ? {} : { id: Number(id) }),
    };
    this.emitReserved('decoded', packet);
  }
}

function unreadable(cause: unknown): DomainError {
  const message =
    cause instanceof StrictJsonError ? cause.message : 'This is not a Socket.IO packet.';
  return new DomainError('bad_request', message, { cause });
}

function isTooLarge(text: string): boolean {
  return text.length > SOCKET_PAYLOAD_MAX || Buffer.byteLength(text) > SOCKET_PAYLOAD_MAX;
}

function tooFast(retryAfterMs: number): DomainError {
  return new DomainError('rate_limited', 'Too many messages on this connection. Slow down.', {
    retryAfterMs,
  });
}

function tooLarge(): DomainError {
  return new DomainError(
    'payload_too_large',
    `A message can be up to ${SOCKET_PAYLOAD_MAX / 1_024} KB.`,
  );
}

function noBinary(): DomainError {
  return new DomainError('bad_request', 'Binary data is not accepted.');
}
