import type {
  AdminAccountChange,
  AdminAccountList,
  AdminBroadcastList,
  AdminChannelList,
  AdminNodeList,
  AdminOverview,
  CreatedInvitation,
  InvitationList,
  RegistrationMode,
} from '../../src/protocol/admin.js';
import type { AdminEventList } from '../../src/protocol/security-event.js';
import { call } from './api.js';

/** The number of rows per page of a list. */
export const ADMIN_PAGE = 50;

const list = (search: string, offset: number): string =>
  `limit=${ADMIN_PAGE}&offset=${offset}&search=${encodeURIComponent(search)}`;

/** The administrators' API. Every call throws `RequestError` on failure. */
export const adminApi = {
  overview: () => call<AdminOverview>('GET', '/admin/overview'),
  accounts: (search: string, offset: number) =>
    call<AdminAccountList>('GET', `/admin/accounts?${list(search, offset)}`),
  changeAccount: (id: string, change: AdminAccountChange) =>
    call<null>('PATCH', `/admin/accounts/${id}`, change),
  events: (offset: number) =>
    call<AdminEventList>('GET', `/admin/events?limit=${ADMIN_PAGE}&offset=${offset}`),
  channels: (search: string, offset: number) =>
    call<AdminChannelList>('GET', `/admin/channels?${list(search, offset)}`),
  broadcasts: () => call<AdminBroadcastList>('GET', '/admin/broadcasts'),
  endBroadcast: (channel: string) =>
    call<null>('POST', `/admin/broadcasts/${encodeURIComponent(channel)}/end`),
  nodes: () => call<AdminNodeList>('GET', '/admin/nodes'),
  drainNode: (id: string) => call<null>('POST', `/admin/nodes/${id}/drain`),
  cancelDrain: (id: string) => call<null>('DELETE', `/admin/nodes/${id}/drain`),
  setRegistration: (mode: RegistrationMode) => call<null>('PUT', '/admin/registration', { mode }),
  invitations: () => call<InvitationList>('GET', '/admin/invitations'),
  invite: (note: string, days: number) =>
    call<CreatedInvitation>('POST', '/admin/invitations', { note, days }),
  uninvite: (id: string) => call<null>('DELETE', `/admin/invitations/${id}`),
};
