import type { SecurityEventKind } from '../protocol/security-event.js';

/** The origin of an action, as it is stored. */
export type EventOrigin = Readonly<{
  /** The network of the address, without the host part. */
  network: string;
  /** The human-readable name of the browser and system. */
  device: string;
}>;

/** The origin of actions by the server itself, and by administrators on other people's accounts. */
export const NOWHERE: EventOrigin = { network: '', device: '' };

/** A security event of an account. */
export type SecurityEvent = Readonly<{
  accountId: string;
  kind: SecurityEventKind;
  /** The object of the event; empty for the account itself. */
  subject?: string;
  /** The new value, if the event is a change. */
  detail?: string;
  from: EventOrigin;
}>;

/**
 * The kinds of event that share a limit, so that many events in one share don't evict those in
 * another.
 */
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
/**
 * The limit for all other kinds. Together with the shares above, there are at most 500 rows per
 * account.
 */
export const OTHERS_MAX = 250;

/** Returns the share of a kind; null for the kinds that share {@link OTHERS_MAX}. */
export function shareOf(kind: SecurityEventKind): EventShare | null {
  return SHARES.find(({ kinds }) => kinds.includes(kind)) ?? null;
}

/** The kinds that belong to a share of {@link SHARES}. */
export const SHARED_KINDS: readonly SecurityEventKind[] = SHARES.flatMap(({ kinds }) => kinds);

export function isFailure(kind: SecurityEventKind): boolean {
  return FAILURES.some((failure) => failure === kind);
}
