import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { unlessRefused } from '../../../test/support/unless-refused.js';
import { readCommand, readData, writeCommand, writeMetadata } from './commands.js';
import { RtmpError } from './rtmp-error.js';
import { RtmpLink } from './rtmp-link.js';
import { MEDIA_STREAM, MESSAGE, type RtmpMessage } from './rtmp-message.js';

/** The bytes that each side has sent but the other side hasn't read. */
let wire: { server: Buffer[]; client: Buffer[] };
let server: RtmpLink;
let client: RtmpLink;

beforeEach(() => {
  wire = { server: [], client: [] };
  server = linkOf('server');
  client = linkOf('client');
});

const linkOf = (role: 'server' | 'client') =>
  new RtmpLink({
    role,
    random: randomBytes,
    write: (bytes) => wire[role].push(Buffer.from(bytes)),
  });

/** Passes all bytes on, one by one, until neither side sends any more. */
function exchange(): { atServer: RtmpMessage[]; atClient: RtmpMessage[] } {
  const atServer: RtmpMessage[] = [];
  const atClient: RtmpMessage[] = [];
  while (wire.server.length + wire.client.length > 0) {
    for (const byte of Buffer.concat(wire.client.splice(0)))
      atServer.push(...server.push(Uint8Array.of(byte)));
    for (const byte of Buffer.concat(wire.server.splice(0)))
      atClient.push(...client.push(Uint8Array.of(byte)));
  }
  return { atServer, atClient };
}

describe('an RTMP connection', () => {
  it('carries commands and metadata after the handshake', () => {
    client.start();
    exchange();
    expect([server.isOpen, client.isOpen]).toEqual([true, true]);
    const connect = { name: 'connect', transaction: 1, object: { app: 'live' }, args: [] };
    client.announce();
    client.send(writeCommand(connect, 0));
    client.send(writeMetadata({ width: 1_280 }, MEDIA_STREAM));
    server.announce();
    server.streamBegins(MEDIA_STREAM);
    const { atServer, atClient } = exchange();
    expect(atServer.map(readCommand)).toEqual([connect, null]);
    expect(atServer.map(readData)).toEqual([
      null,
      { name: 'onMetaData', args: [{ width: 1_280 }] },
    ]);
    expect(atClient).toEqual([]);
  });

  it('acknowledges received bytes before the other side has to wait', () => {
    client.start();
    exchange();
    server.allowMedia(1_000_000);
    const window = Buffer.alloc(4);
    window.writeUInt32BE(20_000);
    client.send({ type: MESSAGE.windowSize, streamId: 0, timeMs: 0, payload: window });
    exchange();
    const payload = Buffer.alloc(9_900);
    client.send({ type: MESSAGE.video, streamId: 1, timeMs: 0, payload });
    for (const bytes of wire.client.splice(0)) server.push(bytes);
    const acknowledgement = Buffer.concat(wire.server);
    // Chunk stream 2, four bytes of type 3.
    expect(acknowledgement.subarray(0, 8).toString('hex')).toBe('0200000000000403');
    expect(acknowledgement.readUInt32BE(12)).toBeGreaterThan(9_900);
  });

  it('answers a ping', () => {
    client.start();
    exchange();
    const payload = Buffer.from('000600001234', 'hex');
    client.send({ type: MESSAGE.userControl, streamId: 0, timeMs: 0, payload });
    for (const bytes of wire.client.splice(0)) server.push(bytes);
    expect(Buffer.concat(wire.server).subarray(-6).toString('hex')).toBe('000700001234');
  });

  it('refuses large messages until media is allowed', () => {
    client.start();
    exchange();
    const large = { type: MESSAGE.video, streamId: 1, timeMs: 0, payload: Buffer.alloc(100_000) };
    client.send(large);
    expect(() => exchange()).toThrow(RtmpError);
  });

  it.each(['GET / HTTP/1.1\r\n', '\u0016\u0003\u0001', '\u0006'])(
    'refuses what isn’t RTMP: %j',
    (start) => {
      expect(() => server.push(Buffer.from(start))).toThrow(RtmpError);
    },
  );

  it('survives damage from the first byte on, or refuses it', () => {
    const damage = fc.record({ at: fc.nat(4_000), value: fc.nat(255) });
    client.start();
    exchange();
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 8 }), fc.nat(), (damages, cut) => {
        const sent: Buffer[] = [];
        const sender = new RtmpLink({
          role: 'client',
          random: () => Buffer.alloc(1_528, 7),
          write: (bytes) => sent.push(Buffer.from(bytes)),
        });
        sender.start();
        sent.push(Buffer.alloc(1_536));
        sender.announce();
        sender.send(writeCommand({ name: 'connect', transaction: 1, object: {}, args: ['x'] }, 0));
        const bytes = Buffer.concat(sent);
        for (const { at, value } of damages) bytes[at % bytes.length] = value;
        const receiver = linkOf('server');
        wire.server = [];
        const middle = cut % bytes.length;
        unlessRefused(() => {
          for (const part of [bytes.subarray(0, middle), bytes.subarray(middle)])
            for (const message of receiver.push(part)) {
              readCommand(message);
              readData(message);
            }
        });
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});

describe('commands', () => {
  it('are read if their numbers are strings, and if an AMF3 format byte precedes them', () => {
    const { payload } = writeCommand(
      { name: 'deleteStream', transaction: 0, object: null, args: [1] },
      0,
    );
    const amf3 = Buffer.concat([Uint8Array.of(0), payload]);
    expect(readCommand({ type: 17, streamId: 0, timeMs: 0, payload: amf3 })).toMatchObject({
      name: 'deleteStream',
      args: [1],
    });
    const odd = Buffer.from('020001610200013105', 'hex');
    expect(readCommand({ type: 20, streamId: 0, timeMs: 0, payload: odd })).toMatchObject({
      name: 'a',
      transaction: 0,
    });
  });

  it('without a name are refused', () => {
    expect(() =>
      readCommand({ type: 20, streamId: 0, timeMs: 0, payload: Uint8Array.of(5) }),
    ).toThrow(RtmpError);
  });
});
