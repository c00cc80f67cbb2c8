import type { SecurityEventView } from '../../../src/protocol/security-event.js';

/** How much an event should worry its owner, when it wasn't they. */
export type EventTone = 'plain' | 'look' | 'alarm';

type Kind = SecurityEventView['kind'];

/** What each kind says; `%` stands for what it was about. */
const WORDS: Readonly<Record<Kind, readonly [text: string, tone?: EventTone]>> = {
  registered: ['The account was created'],
  logged_in: ['Logged in'],
  new_device: ['Logged in on a new device', 'look'],
  log_in_failed: ['Wrong password at a log-in', 'look'],
  wrong_code: ['Right password, but a wrong code', 'alarm'],
  proof_failed: ['Wrong password typed while logged in', 'alarm'],
  session_replayed: ['An old copy of a log-in was used; that log-in has ended', 'alarm'],
  sessions_ended: ['Logged out elsewhere'],
  password_changed: ['The password was changed', 'look'],
  second_factor_on: ['The second factor was turned on'],
  second_factor_off: ['The second factor was turned off', 'alarm'],
  recovery_codes_renewed: ['New recovery codes were made', 'look'],
  recovery_code_used: ['A recovery code was used', 'look'],
  token_made: ['API token “%” was made', 'look'],
  token_removed: ['API token “%” was deleted'],
  tokens_ended: ['All API tokens ended'],
  provider_linked: ['An account elsewhere was connected for logging in', 'look'],
  provider_unlinked: ['The account elsewhere was disconnected'],
  stream_key_made: ['%: a new stream key was made'],
  stream_key_removed: ['%: the stream key was removed'],
  channel_visibility_changed: ['%: who may watch was changed'],
  channel_password_changed: ['%: the password was changed'],
  channel_deleted: ['The channel % was deleted', 'look'],
  data_exported: ['All data was downloaded', 'look'],
  made_administrator: ['Became administrator, by %', 'look'],
  no_longer_administrator: ['No administrator any more, by %'],
  account_disabled: ['The account was disabled by %'],
  account_enabled: ['The account was enabled by %'],
};

const VISIBILITY: Readonly<Record<string, string>> = {
  public: 'everybody',
  unlisted: 'everybody with the address',
  password: 'who knows the password',
  private: 'accounts on the list',
};

/** What happened, as a person would say it. */
export function eventText({ kind, subject, detail }: SecurityEventView): string {
  const [text] = WORDS[kind];
  const said = text.replace('%', () => subject);
  return detail === '' ? said : `${said} to ${VISIBILITY[detail] ?? detail}`;
}

export function eventTone({ kind }: SecurityEventView): EventTone {
  return WORDS[kind][1] ?? 'plain';
}
