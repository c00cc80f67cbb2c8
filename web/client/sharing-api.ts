import type { Sharing, SharingSettings } from '../../src/protocol/sharing.js';
import { call } from './api.js';

const sharingPath = (name: string): string => `/channels/${encodeURIComponent(name)}/sharing`;

/** The API for sharing between viewers. Every call throws `RequestError` on failure. */
export const sharingApi = {
  get: (name: string) => call<Sharing>('GET', sharingPath(name)),
  /** For a channel that the caller owns. */
  change: (name: string, settings: SharingSettings) =>
    call<SharingSettings>('PATCH', sharingPath(name), settings),
};
