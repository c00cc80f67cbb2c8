import { randomBytes } from 'node:crypto';
import { ATTRIBUTE, type StunMessage, writeStun } from './stun-message.js';

/** The maximum number of requests awaiting their response; beyond it, the oldest is dropped. */
const AWAITED_MAX = 8;
/** The priority of a peer-reflexive candidate (RFC 8445, section 5.1.2.1). */
const PRIORITY = (110 << 24) | (65_535 << 8) | 255;

/** The ICE credentials of one agent of a session (RFC 8445, section 5.3). */
export type IceCredentials = Readonly<{ usernameFragment: string; password: string }>;

type Options = Readonly<{
  /** This agent's credentials. */
  local: IceCredentials;
  remote: IceCredentials;
  /**
   * The tie-breaker for the role, 8 bytes. This agent is always the controlling one, because its
   * peers only answer.
   */
  tieBreaker: Buffer;
}>;

/**
 * Checks one candidate pair as the controlling agent (RFC 8445, section 7.2), and its consent (RFC
 * 7675).
 */
export class ConnectivityCheck {
  readonly #options: Options;
  readonly #awaited = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Returns the next request. */
  request({ nominates }: { nominates: boolean }): Buffer {
    const { local, remote, tieBreaker } = this.#options;
    const transactionId = randomBytes(12);
    if (this.#awaited.size === AWAITED_MAX) this.#awaited.delete([...this.#awaited][0] ?? '');
    this.#awaited.add(transactionId.toString('hex'));
    const username = `${remote.usernameFragment}:${local.usernameFragment}`;
    const priority = Buffer.alloc(4);
    priority.writeUInt32BE(PRIORITY);
    const attributes = new Map<number, Buffer>([
      [ATTRIBUTE.username, Buffer.from(username)],
      [ATTRIBUTE.priority, priority],
      [ATTRIBUTE.iceControlling, tieBreaker],
      ...(nominates ? ([[ATTRIBUTE.useCandidate, Buffer.alloc(0)]] as const) : []),
    ]);
    return writeStun({ class: 'request', transactionId, attributes }, remote.password);
  }

  /**
   * Whether a message is the successful response to an awaited request. Each request can be
   * answered once.
   */
  isAnsweredBy({ class: name, transactionId }: StunMessage): boolean {
    return name === 'success' && this.#awaited.delete(transactionId.toString('hex'));
  }
}
