import { z } from 'zod';

/** What can happen to an account that its owner should know of. */
export const SECURITY_EVENTS = [
  'registered',
  'logged_in',
  'new_device',
  'log_in_failed',
  'wrong_code',
  'proof_failed',
  'session_replayed',
  'sessions_ended',
  'password_changed',
  'second_factor_on',
  'second_factor_off',
  'recovery_codes_renewed',
  'recovery_code_used',
  'token_made',
  'token_removed',
  'tokens_ended',
  'provider_linked',
  'provider_unlinked',
  'stream_key_made',
  'stream_key_removed',
  'channel_visibility_changed',
  'channel_password_changed',
  'channel_deleted',
  'data_exported',
  'made_administrator',
  'no_longer_administrator',
  'account_disabled',
  'account_enabled',
] as const;
export const SecurityEventKind = z.enum(SECURITY_EVENTS).meta({ id: 'SecurityEventKind' });
export type SecurityEventKind = z.output<typeof SecurityEventKind>;

/** One kind of event, as often as it happened within an hour. */
export const SecurityEventView = z
  .object({
    id: z.uuid(),
    kind: SecurityEventKind,
    /** What it was about, such as a channel's or a token's name; empty: the account. */
    subject: z.string(),
    /** What it became, such as a channel's visibility; empty: nothing to say. */
    detail: z.string(),
    /** The network that it came from; the address is not kept. Empty: not known. */
    network: z.string(),
    /** The browser and the system, as far as they say, or `API token`; empty: not known. */
    device: z.string(),
    /** How often, from the first time to the last. */
    count: z.number().int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: 'SecurityEvent' });
export type SecurityEventView = z.output<typeof SecurityEventView>;

export const SecurityEventList = z.array(SecurityEventView).meta({ id: 'SecurityEventList' });
export type SecurityEventList = z.output<typeof SecurityEventList>;

/** What administrators do that others should be able to look up. */
export const ADMIN_EVENTS = [
  'became_first_administrator',
  'registration_changed',
  'invitation_made',
  'invitation_removed',
  'made_administrator',
  'no_longer_administrator',
  'account_disabled',
  'account_enabled',
  'broadcast_ended',
  'own_account_deleted',
] as const;
export const AdminEventKind = z.enum(ADMIN_EVENTS).meta({ id: 'AdminEventKind' });
export type AdminEventKind = z.output<typeof AdminEventKind>;

/** One kind of act of one administrator, as often as it was done within an hour. */
export const AdminEventView = z
  .object({
    id: z.uuid(),
    kind: AdminEventKind,
    /** The administrator's username; `deleted account` when that is gone. */
    by: z.string(),
    /** What or whom it was done to. */
    subject: z.string(),
    count: z.number().int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: 'AdminEvent' });
export type AdminEventView = z.output<typeof AdminEventView>;

export const AdminEventList = z.array(AdminEventView).meta({ id: 'AdminEventList' });
export type AdminEventList = z.output<typeof AdminEventList>;
