import type {
  NewRestreamTarget,
  RestreamTarget,
  RestreamTargetChange,
  RestreamTargetList,
} from '../../src/protocol/restream.js';
import { call } from './api.js';

const path = (channel: string, id?: string): string =>
  `/channels/${encodeURIComponent(channel)}/restream${id === undefined ? '' : `/${id}`}`;

/** The restreams of a channel that the caller owns. Every call throws `RequestError` on failure. */
export const restreamApi = {
  list: (channel: string) => call<RestreamTargetList>('GET', path(channel)),
  add: (channel: string, target: NewRestreamTarget) =>
    call<RestreamTarget>('POST', path(channel), target),
  change: (channel: string, id: string, change: RestreamTargetChange) =>
    call<RestreamTarget>('PATCH', path(channel, id), change),
  remove: (channel: string, id: string) => call<null>('DELETE', path(channel, id)),
};
