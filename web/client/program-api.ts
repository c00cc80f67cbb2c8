import type { IngestView } from '../../src/protocol/ingest.js';
import type { CreatedStreamKey, StreamKeyView } from '../../src/protocol/stream-key.js';
import { call } from './api.js';

const keyPath = (name: string): string => `/channels/${encodeURIComponent(name)}/stream-key`;

/** What programs such as OBS need to publish, over HTTP. Every call throws `RequestError` when it fails. */
export const programApi = {
  streamKey: (name: string) => call<StreamKeyView>('GET', keyPath(name)),
  /** In place of the one before; told this once. */
  newStreamKey: (name: string) => call<CreatedStreamKey>('POST', keyPath(name)),
  /** How a broadcast of one's own arrives at the server. */
  ingest: (name: string) => call<IngestView>('GET', `/channels/${encodeURIComponent(name)}/ingest`),
};
