import type { SecurityEventView } from '../../../src/protocol/security-event.js';

/** How alarming an event is to an account owner who didn't cause it. */
export type EventTone = 'plain' | 'look' | 'alarm';

type Kind = SecurityEventView['kind'];

/** The text for each kind, in which `%` stands for the subject. */
const WORDS: Readonly<Record<Kind, readonly [text: string, tone?: EventTone]>> = {
  registered: ['Account created'],
  logged_in: ['Logged in'],
  new_device: ['Logged in on a new device', 'look'],
  log_in_failed: ['Login attempt with a wrong password', 'look'],
  wrong_code: ['Correct password, but a wrong code', 'alarm'],
  proof_failed: ['Wrong password entered while logged in', 'alarm'],
  session_replayed: ['An old session cookie was reused; that session was ended', 'alarm'],
  sessions_ended: ['Logged out elsewhere'],
  password_changed: ['Password changed', 'look'],
  second_factor_on: ['Two-factor authentication turned on'],
  second_factor_off: ['Two-factor authentication turned off', 'alarm'],
  recovery_codes_renewed: ['New recovery codes generated', 'look'],
  recovery_code_used: ['Recovery code used', 'look'],
  token_made: ['API token “%” created', 'look'],
  token_removed: ['API token “%” deleted'],
  tokens_ended: ['All API tokens revoked'],
  provider_linked: ['Login provider connected', 'look'],
  provider_unlinked: ['Login provider disconnected'],
  stream_key_made: ['%: stream key created'],
  stream_key_removed: ['%: stream key removed'],
  channel_visibility_changed: ['%: visibility changed'],
  channel_password_changed: ['%: password changed'],
  channel_deleted: ['Channel % deleted', 'look'],
  data_exported: ['Account data downloaded', 'look'],
  made_administrator: ['Made administrator by %', 'look'],
  no_longer_administrator: ['Administrator role removed by %'],
  account_disabled: ['Account disabled by %'],
  account_enabled: ['Account enabled by %'],
};

const VISIBILITY: Readonly<Record<string, string>> = {
  password: 'password-protected',
};

/** Describes an event in words. */
export function eventText({ kind, subject, detail }: SecurityEventView): string {
  const [text] = WORDS[kind];
  const words = text.replace('%', () => subject);
  return detail === '' ? words : `${words} to ${VISIBILITY[detail] ?? detail}`;
}

export function eventTone({ kind }: SecurityEventView): EventTone {
  return WORDS[kind][1] ?? 'plain';
}
