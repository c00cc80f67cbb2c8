import { parentPort } from 'node:worker_threads';
import { IceRelay } from './ice-relay.js';
import type { RelayCommand, RelayReport } from './relay-messages.js';

if (!parentPort) throw new Error('this module runs in a worker thread only');
const port = parentPort;
const relays = new Map<number, IceRelay>();

port.on('message', (command: RelayCommand) => {
  const { relay: id } = command;
  if (command.type === 'close') {
    relays.get(id)?.close();
    relays.delete(id);
    return;
  }
  const report = (type: RelayReport['type']): void =>
    port.postMessage({ relay: id, type } satisfies RelayReport);
  const relay = new IceRelay(command.options, {
    connected: () => report('connected'),
    lost: () => {
      relays.delete(id);
      report('lost');
    },
  });
  relays.set(id, relay);
});
