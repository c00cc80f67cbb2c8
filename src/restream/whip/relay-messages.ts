import type { RelayOptions } from './ice-relay.js';

/** Commands to the relay thread about one relay. */
export type RelayCommand = Readonly<{ relay: number }> &
  (Readonly<{ type: 'open'; options: RelayOptions }> | Readonly<{ type: 'close' }>);

/** Reports from the thread: what an `IceRelay` tells its listener. */
export type RelayReport = Readonly<{ relay: number; type: 'connected' | 'lost' }>;
