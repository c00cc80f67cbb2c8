import { describe, expect, it } from 'vitest';
import { type PesPacket, PesReader } from './pes-reader.js';

/** A PES packet of video without a time, which ends where the next one begins. */
const HEAD = Buffer.from('000001e00000800000', 'hex');
const MAX = 1_000;

/** Sends payloads with consecutive counters. */
class Sender {
  readonly reader = new PesReader(MAX);
  #counter = 0;

  send(payload: Uint8Array, starts = false): PesPacket[] {
    const counter = this.#counter;
    this.#counter = (counter + 1) & 0x0f;
    return this.reader.push({ pid: 0x100, payload, starts, counter, discontinuous: false });
  }

  begin(...bytes: number[]): PesPacket[] {
    return this.send(Buffer.concat([HEAD, Uint8Array.from(bytes)]), true);
  }

  repeat(payload: Uint8Array): PesPacket[] {
    this.#counter = (this.#counter + 15) & 0x0f;
    return this.send(payload);
  }

  lose(packets: number): void {
    this.#counter = (this.#counter + packets) & 0x0f;
  }
}

const read = (packets: readonly PesPacket[]) =>
  packets.map(({ data, afterLoss }) => ({ bytes: [...data], afterLoss }));

describe('PES packets', () => {
  it('are copied, so that they retain none of the bytes in which they arrived', () => {
    const sender = new Sender();
    const arrived = Buffer.alloc(65_536);
    sender.begin(1);
    sender.send(arrived.fill(2).subarray(0, 1));
    arrived.fill(0);
    const [packet] = sender.begin();
    expect([...(packet?.data ?? [])]).toEqual([1, 2]);
    // A copy doesn't change with the next packet, either.
    sender.send(Uint8Array.of(7, 7, 7));
    expect([...(packet?.data ?? [])]).toEqual([1, 2]);
  });

  it('are dropped beyond the limit, which the next one says', () => {
    const sender = new Sender();
    sender.begin();
    for (let bytes = HEAD.length; bytes < MAX; bytes += 1) sender.send(Uint8Array.of(1));
    const [packet] = sender.begin();
    expect(packet?.data).toHaveLength(MAX - HEAD.length);
    for (let bytes = HEAD.length; bytes <= MAX; bytes += 1) sender.send(Uint8Array.of(1));
    expect(sender.begin(3)).toEqual([]);
    expect(read(sender.begin())).toEqual([{ bytes: [3], afterLoss: true }]);
  });

  it('are whole if a part is sent twice', () => {
    const sender = new Sender();
    sender.begin(1);
    sender.send(Uint8Array.of(2));
    expect(sender.repeat(Uint8Array.of(2))).toEqual([]);
    sender.send(Uint8Array.of(3));
    expect(read(sender.begin())).toEqual([{ bytes: [1, 2, 3], afterLoss: false }]);
  });

  it.each([1, 2, 14, 15, 17])('are dropped if %i parts are lost', (lost) => {
    const sender = new Sender();
    sender.begin(1);
    sender.send(Uint8Array.of(2));
    sender.lose(lost);
    sender.send(Uint8Array.of(3));
    sender.send(Uint8Array.of(4));
    expect(sender.begin(5)).toEqual([]);
    expect(read(sender.begin())).toEqual([{ bytes: [5], afterLoss: true }]);
  });

  it('declare their length even if their head is split', () => {
    const sender = new Sender();
    const packet = Buffer.from('000001c00005800000aabb', 'hex');
    expect(sender.send(packet.subarray(0, 3), true)).toEqual([]);
    expect(read(sender.send(packet.subarray(3)))).toEqual([
      { bytes: [0xaa, 0xbb], afterLoss: false },
    ]);
  });
});
