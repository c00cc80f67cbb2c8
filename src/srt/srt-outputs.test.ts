import { beforeEach, expect, it } from 'vitest';
import type { SrtCommand, SrtEvent } from './srt-messages.js';
import { type SrtOutputEvents, SrtOutputs } from './srt-outputs.js';

const PLACE = {
  address: '192.0.2.1',
  port: 9_001,
  streamId: 'a',
  passphrase: null,
  latencyMs: 200,
};
const PROGRESS = { takenBytes: 9, bufferedBytes: 8, packets: 7, droppedPackets: 6 };

let commands: SrtCommand[];
let sent: number[];
let outputs: SrtOutputs;
beforeEach(() => {
  commands = [];
  sent = [];
  outputs = new SrtOutputs({
    command: (command) => commands.push(command),
    media: (id) => sent.push(id) > 0,
  });
});

/** Records what happens to a connection. */
function recorded(): { seen: unknown[]; events: SrtOutputEvents } {
  const seen: unknown[] = [];
  const events = {
    connected: () => seen.push('connected'),
    rejected: (reason: number) => seen.push(reason),
    progressed: ({ takenBytes }: { takenBytes: number }) => seen.push(`took ${takenBytes}`),
    closed: () => seen.push('closed'),
    failed: () => seen.push('failed'),
  };
  return { seen, events };
}

it('gives connections odd numbers, and passes each its own events', () => {
  const [one, other] = [recorded(), recorded()];
  outputs.open(PLACE, one.events);
  outputs.open(PLACE, other.events);
  expect(commands).toEqual([
    { command: 'connect', id: 1, ...PLACE },
    { command: 'connect', id: 3, ...PLACE },
  ]);
  const happen = (event: SrtEvent) => expect(outputs.handle(event)).toBe(true);
  happen({ event: 'connected', id: 1 });
  happen({ event: 'rejected', id: 3, reason: 1_401 });
  happen({ event: 'sending', id: 1, ...PROGRESS });
  happen({ event: 'closed', id: 1, silentMs: 0 });
  happen({ event: 'connected', id: 3 });
  outputs.close();
  expect(one.seen).toEqual(['connected', 'took 9', 'closed']);
  expect(other.seen).toEqual([1_401]);
});

it('leaves the events of callers from outside alone', () => {
  expect(outputs.handle({ event: 'connected', id: 2 })).toBe(false);
  expect(outputs.handle({ event: 'listening' })).toBe(false);
});

it('reports nothing about a connection after closing it', () => {
  const { seen, events } = recorded();
  const output = outputs.open(PLACE, events);
  expect(output.send(new Uint8Array())).toBe(true);
  output.close();
  output.close();
  expect(output.send(new Uint8Array())).toBe(false);
  outputs.handle({ event: 'closed', id: 1, silentMs: 0 });
  outputs.close();
  expect(seen).toEqual([]);
  expect(sent).toEqual([1]);
  expect(commands.slice(1)).toEqual([{ command: 'close', id: 1 }]);
});

it('reports the end of the process to every open connection', () => {
  const { seen, events } = recorded();
  outputs.open(PLACE, events);
  outputs.close();
  expect(seen).toEqual(['failed']);
});
