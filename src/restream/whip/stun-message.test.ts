import { describe, expect, it } from 'vitest';
import { ATTRIBUTE, isStun, readStun, writeStun, xorAddress } from './stun-message.js';

/** The test vectors from RFC 5769, sections 2.1 and 2.2. */
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const REQUEST = Buffer.from(
  `000100582112a442b7e7a701bc34d686fa87dfae
   802200105354554e207465737420636c69656e74
   002400046e0001ff80290008932ff9b151263b36
   00060009657674 6a3a68367659202020
   000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
   80280004e57a3bcf`.replaceAll(/\s/g, ''),
  'hex',
);
const RESPONSE = Buffer.from(
  `0101003c2112a442b7e7a701bc34d686fa87dfae
   8022000b7465737420766563746f7220
   002000080001a147e112a643
   000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7
   80280004c07d4c96`.replaceAll(/\s/g, ''),
  'hex',
);
const TRANSACTION = REQUEST.subarray(8, 20);

describe('a STUN message', () => {
  it('is read if it is signed with the password', () => {
    const request = readStun(REQUEST, PASSWORD);
    expect(request?.class).toBe('request');
    expect(request?.attributes.get(ATTRIBUTE.username)?.toString()).toBe('evtj:h6vY');
    const response = readStun(RESPONSE, PASSWORD);
    expect(response?.class).toBe('success');
    expect(response?.transactionId).toEqual(TRANSACTION);
  });

  it('is refused with another password, or if anything signed was changed', () => {
    expect(readStun(REQUEST, `${PASSWORD}x`)).toBeNull();
    for (let at = 0; at < REQUEST.length - 32; at += 1) {
      const changed = Buffer.from(REQUEST);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(readStun(changed, PASSWORD), `byte ${at}`).toBeNull();
    }
    for (let length = 0; length < REQUEST.length; length += 1)
      expect(readStun(REQUEST.subarray(0, length), PASSWORD)).toBeNull();
  });

  it('is written with the address, signature and fingerprint of the test vector', () => {
    const attributes = new Map([
      [ATTRIBUTE.xorMappedAddress, xorAddress('192.0.2.1', 32_853, TRANSACTION)],
    ]);
    const message = { class: 'success', transactionId: TRANSACTION, attributes } as const;
    const written = writeStun(message, PASSWORD);
    expect(written.subarray(20, 32)).toEqual(RESPONSE.subarray(36, 48));
    expect(readStun(written, PASSWORD)).toEqual(message);
    expect(written.readUInt16BE(2)).toBe(written.length - 20);
  });

  it('contains IPv6 addresses as in the test vector of RFC 5769, section 2.3', () => {
    const value = xorAddress('2001:db8:1234:5678:11:2233:4455:6677', 32_853, TRANSACTION);
    expect(value.toString('hex')).toBe('0002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
  });

  it('is distinguished from DTLS and SRTP', () => {
    expect([0x00, 0x01, 0x16, 0x80].map((first) => isStun(Uint8Array.of(first)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
