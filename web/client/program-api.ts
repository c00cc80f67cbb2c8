import type { IngestView } from '../../src/protocol/ingest.js';
import type { CreatedStreamKey, StreamKeyView } from '../../src/protocol/stream-key.js';
import { call } from './api.js';

const keyPath = (name: string): string => `/channels/${encodeURIComponent(name)}/stream-key`;

/**
 * The API for publishing with encoders such as OBS. Every call throws `RequestError` on failure.
 */
export const programApi = {
  streamKey: (name: string) => call<StreamKeyView>('GET', keyPath(name)),
  /** Creates a key, which replaces the previous one and is shown only once. */
  newStreamKey: (name: string) => call<CreatedStreamKey>('POST', keyPath(name)),
  /** Gets the server's measurements of the caller's broadcast. */
  ingest: (name: string) => call<IngestView>('GET', `/channels/${encodeURIComponent(name)}/ingest`),
};
