import type {
  AccountView,
  LoginOptions,
  ProviderRedirect,
  SecurityView,
} from '../../src/protocol/account.js';
import type { RecoveryCodes, SecondFactorSetup } from '../../src/protocol/account-second-factor.js';
import type { SessionList } from '../../src/protocol/account-sessions.js';
import type { CreatedToken, NewToken, TokenList } from '../../src/protocol/account-tokens.js';
import type { SecurityEventList } from '../../src/protocol/security-event.js';
import type { StorageView } from '../../src/protocol/storage.js';
import { call } from './api.js';

/** The number of events per page of the security log. */
export const EVENTS_PAGE = 50;

/**
 * A proof of identity: the password, the authenticator code, or both, whichever the account has.
 */
export type Proof = { password?: string; code?: string };

/** The credentials to revoke in addition to the sessions. */
export type Ends = { endTokens: boolean; removeStreamKeys: boolean };

/** The API for the caller's own account. Every call throws `RequestError` on failure. */
export const accountApi = {
  options: () => call<LoginOptions>('GET', '/auth/options'),
  register: (username: string, password: string, invitation: string | null) =>
    call<AccountView>('POST', '/auth/register', {
      username,
      password,
      ...(invitation !== null && { invitation }),
    }),
  login: (username: string, password: string, code: string | null) =>
    call<AccountView>('POST', '/auth/login', {
      username,
      password,
      ...(code !== null && { code }),
    }),
  setUp: (token: string, username: string, password: string) =>
    call<AccountView>('POST', '/setup', { token, username, password }),
  claim: (token: string) => call<null>('POST', '/setup/claim', { token }),
  rename: (displayName: string) => call<AccountView>('PATCH', '/account', { displayName }),
  /** Uploads an image file unchanged. */
  setAvatar: (picture: Blob) => call<AccountView>('PUT', '/account/avatar', picture),
  deleteAvatar: () => call<AccountView>('DELETE', '/account/avatar'),
  security: () => call<SecurityView>('GET', '/account/security'),
  changePassword: ({ password: current, code }: Proof, password: string, ends: Ends) =>
    call<null>('PUT', '/account/password', {
      password,
      ...(current !== undefined && { current }),
      ...(code !== undefined && { code }),
      ...ends,
    }),
  beginFactor: (proof: Proof) =>
    call<SecondFactorSetup>('POST', '/account/second-factor/begin', proof),
  confirmFactor: (code: string) =>
    call<RecoveryCodes>('POST', '/account/second-factor/confirm', { code }),
  renewCodes: (proof: Proof) =>
    call<RecoveryCodes>('POST', '/account/second-factor/recovery-codes', proof),
  disableFactor: (proof: Proof) => call<null>('POST', '/account/second-factor/disable', proof),
  connectProvider: (proof: Proof) => call<ProviderRedirect>('POST', '/account/provider', proof),
  disconnectProvider: () => call<null>('DELETE', '/account/provider'),
  sessions: () => call<SessionList>('GET', '/account/sessions'),
  endSession: (id: string) => call<null>('DELETE', `/account/sessions/${id}`),
  endOtherSessions: (ends: Ends) => call<null>('DELETE', '/account/sessions', ends),
  events: (offset: number) =>
    call<SecurityEventList>('GET', `/account/events?limit=${EVENTS_PAGE}&offset=${offset}`),
  tokens: () => call<TokenList>('GET', '/account/tokens'),
  createToken: (token: NewToken) => call<CreatedToken>('POST', '/account/tokens', token),
  deleteToken: (id: string) => call<null>('DELETE', `/account/tokens/${id}`),
  storage: () => call<StorageView>('GET', '/account/storage'),
  deleteAccount: (proof: Proof) => call<null>('DELETE', '/account', proof),
};
