import type { RelayOptions } from './ice-relay.js';

/** Commands to the relay thread about one relay. */
export type RelayCommand = Readonly<{ relay: number }> &
  (Readonly<{ type: 'open'; options: RelayOptions }> | Readonly<{ type: 'close' }>);

/** Reports from the thread, which are the calls of an `IceRelay` to its listener. */
export type RelayReport = Readonly<{ relay: number; type: 'connected' | 'lost' }>;
