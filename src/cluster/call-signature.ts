import { createHash, randomBytes } from 'node:crypto';
import type { Secrets } from '../secrets/secrets.js';
import type { NodeId } from './cluster.js';

/** How far a caller's clock may be off, and how long its nonces are remembered. */
const TOLERANCE_MS = 30_000;
/**
 * The nodes make fewer calls in that time, even if they fetch all HLS of many broadcasts from this
 * node (16,000 calls per second). More calls mean that somebody else has the key.
 */
const NONCES_MAX = 1_000_000;

export const SIGNATURE_HEADERS = {
  from: 'x-onair-from',
  to: 'x-onair-to',
  time: 'x-onair-time',
  nonce: 'x-onair-nonce',
  signature: 'x-onair-signature',
} as const;

/** The parts of a call that a signature covers. */
type Call = Readonly<{ name: string; from: NodeId; to: NodeId; body: string }>;

export type CallRefusal = 'wrong_signature' | 'wrong_time' | 'replayed' | 'wrong_node';

/** Returns the headers of a call: HMAC-SHA-256 over its name, nodes, time, nonce and body. */
export function signCall(secrets: Secrets, call: Call, nowMs: number): Record<string, string> {
  const time = String(nowMs);
  const nonce = randomBytes(12).toString('base64url');
  return {
    [SIGNATURE_HEADERS.from]: call.from,
    [SIGNATURE_HEADERS.to]: call.to,
    [SIGNATURE_HEADERS.time]: time,
    [SIGNATURE_HEADERS.nonce]: nonce,
    [SIGNATURE_HEADERS.signature]: secrets.sign('node-call', signed(call, time, nonce)),
  };
}

/** Checks the signatures of incoming calls, each of which is valid once. */
export class CallVerifier {
  /** The times at which nonces were used, oldest first. */
  readonly #used = new Map<string, number>();

  constructor(
    private readonly secrets: Secrets,
    private readonly self: NodeId,
  ) {}

  /** Returns the caller, or the reason why the call is refused. */
  verify(
    headers: Readonly<Record<string, string | string[] | undefined>>,
    name: string,
    body: string,
    nowMs: number,
  ): { from: NodeId } | CallRefusal {
    const [from, to, time, nonce, signature] = Object.values(SIGNATURE_HEADERS).map((header) => {
      const value = headers[header];
      return typeof value === 'string' ? value : '';
    }) as [string, string, string, string, string];
    const text = signed({ name, from, to, body }, time, nonce);
    if (!this.secrets.isSigned('node-call', text, signature)) return 'wrong_signature';
    if (to !== this.self) return 'wrong_node';
    if (!(Math.abs(nowMs - Number(time)) <= TOLERANCE_MS)) return 'wrong_time';
    this.#forget(nowMs);
    if (this.#used.has(nonce) || this.#used.size >= NONCES_MAX) return 'replayed';
    this.#used.set(nonce, nowMs);
    return { from };
  }

  #forget(nowMs: number): void {
    for (const [nonce, usedAtMs] of this.#used) {
      // The caller's clock may be ahead by the tolerance, so the signature may be valid for twice
      // as long.
      if (nowMs - usedAtMs <= 2 * TOLERANCE_MS) return;
      this.#used.delete(nonce);
    }
  }
}

/** Returns the text to sign. Only the body can contain line feeds, so it is hashed. */
function signed({ name, from, to, body }: Call, time: string, nonce: string): string {
  const digest = createHash('sha256').update(body).digest('base64url');
  return [name, from, to, time, nonce, digest].join('\n');
}
