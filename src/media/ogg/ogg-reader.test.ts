import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OggReader } from './ogg-reader.js';

/** Returns a page with these packets. */
function page(packets: readonly Uint8Array[]): Buffer {
  const lengths = packets.flatMap(({ length }) => [
    ...Array.from({ length: Math.floor(length / 255) }, () => 255),
    length % 255,
  ]);
  const header = Buffer.alloc(27);
  header.write('OggS');
  header.writeUInt8(lengths.length, 26);
  return Buffer.concat([header, Buffer.from(lengths), ...packets]);
}

it('extracts packets of any length, however they arrive', () => {
  const packet = fc.uint8Array({ maxLength: 800 });
  const pages = fc.array(fc.array(packet, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  fc.assert(
    fc.property(pages, fc.integer({ min: 1, max: 400 }), (given, size) => {
      const stream = Buffer.concat(given.map(page));
      const reader = new OggReader();
      const read: string[] = [];
      for (let at = 0; at < stream.length; at += size)
        read.push(...reader.push(stream.subarray(at, at + size)).map((one) => one.toString('hex')));
      expect(read).toEqual(given.flat().map((one) => Buffer.from(one).toString('hex')));
    }),
  );
});

it('refuses what isn’t Ogg', () => {
  expect(() => new OggReader().push(readFileSync('package.json'))).toThrow(/not Ogg/);
});
