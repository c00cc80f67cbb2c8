import { z } from 'zod';

/** Events of an account that its owner should know about. */
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

/** The events of one kind within an hour. */
export const SecurityEventView = z
  .object({
    id: z.uuid(),
    kind: SecurityEventKind,
    /**
     * The name of the affected object, such as a channel or a token; empty if the account itself
     * was affected.
     */
    subject: z.string(),
    /** The new value, such as a channel's visibility; empty if there is none. */
    detail: z.string(),
    /** The client's network; the full address is not stored. Empty if unknown. */
    network: z.string(),
    /** The browser and operating system, as far as known, or `API token`; empty if unknown. */
    device: z.string(),
    /** The number of times that the event occurred from `firstAt` to `lastAt`. */
    count: z.number().int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: 'SecurityEvent' });
export type SecurityEventView = z.output<typeof SecurityEventView>;

export const SecurityEventList = z.array(SecurityEventView).meta({ id: 'SecurityEventList' });
export type SecurityEventList = z.output<typeof SecurityEventList>;

/** Actions by administrators that are recorded so that the other administrators can review them. */
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
  'node_drained',
  'node_drain_cancelled',
  'own_account_deleted',
] as const;
export const AdminEventKind = z.enum(ADMIN_EVENTS).meta({ id: 'AdminEventKind' });
export type AdminEventKind = z.output<typeof AdminEventKind>;

/** The actions of one kind by one administrator within an hour. */
export const AdminEventView = z
  .object({
    id: z.uuid(),
    kind: AdminEventKind,
    /** The administrator's username; `deleted account` if the account was deleted. */
    by: z.string(),
    /** The target of the action. */
    subject: z.string(),
    count: z.number().int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: 'AdminEvent' });
export type AdminEventView = z.output<typeof AdminEventView>;

export const AdminEventList = z.array(AdminEventView).meta({ id: 'AdminEventList' });
export type AdminEventList = z.output<typeof AdminEventList>;
