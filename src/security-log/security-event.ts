import type { SecurityEventKind } from '../protocol/security-event.js';

/** Where an act comes from, as far as it is kept. */
export type EventOrigin = Readonly<{
  /** Of the address only the network. */
  network: string;
  /** What people call the browser and the system. */
  device: string;
}>;

/** Acts of the service itself, and of administrators on others' accounts, come from nowhere. */
export const NOWHERE: EventOrigin = { network: '', device: '' };

/** Something that happened to an account. */
export type SecurityEvent = Readonly<{
  accountId: string;
  kind: SecurityEventKind;
  /** What it was about; empty: the account. */
  subject?: string;
  /** What it became. */
  detail?: string;
  from: EventOrigin;
}>;

/** Kinds that have a share of the rows together: many of one share push out none of another. */
export type EventShare = Readonly<{ kinds: readonly SecurityEventKind[]; max: number }>;

/** What strangers can cause. */
const FAILURES = ['log_in_failed', 'wrong_code', 'proof_failed'] as const;
/** What API tokens can cause. */
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
/** Of all other kinds; with the shares above 500 rows for an account. */
export const OTHERS_MAX = 250;

/** The share that a kind belongs to; null: that of all others. */
export function shareOf(kind: SecurityEventKind): EventShare | null {
  return SHARES.find(({ kinds }) => kinds.includes(kind)) ?? null;
}

/** The kinds that have shares of their own. */
export const SHARED_KINDS: readonly SecurityEventKind[] = SHARES.flatMap(({ kinds }) => kinds);

export function isFailure(kind: SecurityEventKind): boolean {
  return FAILURES.some((failure) => failure === kind);
}
