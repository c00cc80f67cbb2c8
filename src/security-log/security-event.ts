import type { SecurityEventKind } from '../protocol/security-event.js';

/** The origin of an action, as stored. */
export type EventOrigin = Readonly<{
  /** The network of the address, without the host. */
  network: string;
  /** Human-readable name of the browser and system. */
  device: string;
}>;

/** The origin of actions by the service itself, and by administrators on others' accounts. */
export const NOWHERE: EventOrigin = { network: '', device: '' };

/** A security event of an account. */
export type SecurityEvent = Readonly<{
  accountId: string;
  kind: SecurityEventKind;
  /** The object of the event; empty: the account. */
  subject?: string;
  /** The new value. */
  detail?: string;
  from: EventOrigin;
}>;

/** Kinds that share a limit, so that many events of one share displace none of another. */
export type EventShare = Readonly<{ kinds: readonly SecurityEventKind[]; max: number }>;

/** Events that anyone can cause. */
const FAILURES = ['log_in_failed', 'wrong_code', 'proof_failed'] as const;
/** Events that API tokens can cause. */
const OF_CHANNELS = [
  'stream_key_made',
  'stream_key_removed',
  'channel_visibility_changed',
  'channel_password_changed',
  'channel_deleted',
] as const;

const SHARES: readonly EventShare[] = [
  { kinds: FAILURES, max: 100 },
  { kinds: OF_CHANNELS, max: 150 },
];
/** Limit of all other kinds; with the shares above, 500 rows per account. */
export const OTHERS_MAX = 250;

/** Returns the share of a kind; null: that of all other kinds. */
export function shareOf(kind: SecurityEventKind): EventShare | null {
  return SHARES.find(({ kinds }) => kinds.includes(kind)) ?? null;
}

/** The kinds with shares of their own. */
export const SHARED_KINDS: readonly SecurityEventKind[] = SHARES.flatMap(({ kinds }) => kinds);

export function isFailure(kind: SecurityEventKind): boolean {
  return FAILURES.some((failure) => failure === kind);
}
