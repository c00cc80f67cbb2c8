import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, isIPv4 } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IceParameters } from '../../src/protocol/rtc.js';
import { type Person, registerWithChannel } from '../support/people.js';
import { randomBytesOf, randomOf } from '../support/random.js';
import { audioTrack, dtlsParameters, h264Viewer, videoTrack } from '../support/rtc.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

const server = useServer();
let cookie = '';
let other: Person;
const open: ClientSocket[] = [];

beforeAll(async () => {
  ({ cookie } = await registerWithChannel(server.url, 'tea'));
  other = await registerWithChannel(server.url, 'other');
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.disconnect();
});

async function client(headers: Record<string, string> = {}): Promise<ClientSocket> {
  const socket = await openSocket(server.url, headers);
  open.push(socket);
  return socket;
}

/**
 * Starts a broadcast; resolves with its socket and the transport to which its media would be sent.
 */
async function publish() {
  const socket = await client({ cookie });
  const { transport } = await request(socket, 'publisher:start', { channel: 'tea' });
  await request(socket, 'transport:connect', {
    transportId: transport.id,
    dtlsParameters,
  });
  await request(socket, 'publisher:produce', videoTrack());
  await request(socket, 'publisher:produce', audioTrack());
  return { socket, transport };
}

/** Returns whether someone can go live, on a replacement worker if a worker died. */
async function works(): Promise<boolean> {
  const socket = await client({ cookie: other.cookie });
  const started = await ask(socket, 'publisher:start', { channel: 'other' });
  const page = await fetch(`${server.url}/api/channels`);
  const ended = started.ok && (await ask(socket, 'publisher:end', { channel: 'other' })).ok;
  socket.disconnect();
  return ended && page.ok;
}

/**
 * Builds a binding request (RFC 8489, section 5) whose username may be correct but whose integrity
 * is wrong.
 */
function stun(random: () => number, { usernameFragment }: IceParameters): Buffer {
  const name = Buffer.from(`${usernameFragment}:evil`.padEnd(28, 'x'));
  const attribute = Buffer.concat([Buffer.from([0, 6, 0, name.length]), name]);
  const garbage = randomBytesOf(random, Math.floor(random() * 60));
  const header = Buffer.from([0, 1, 0, attribute.length + garbage.length, 0x21, 0x12, 0xa4, 0x42]);
  return Buffer.concat([header, randomBytesOf(random, 12), attribute, garbage]);
}

/**
 * Builds a packet that starts like one of the protocols on the shared port (RFC 7983, section 7)
 * and continues with random bytes.
 */
function packet(random: () => number, ice: IceParameters): Buffer {
  const first = [0, 1, 20, 22, 23, 128, 144, 191, 200, 255];
  const kind = Math.floor(random() * (first.length + 1));
  const lead = first[kind];
  if (lead === undefined) return stun(random, ice);
  const bytes = randomBytesOf(random, 1 + Math.floor(random() * 1_400));
  bytes[0] = lead;
  if (lead === 128 && bytes.length > 12) bytes[1] = random() < 0.5 ? 103 : 200;
  return bytes;
}

describe('garbage', () => {
  it('sent to the media port over UDP leaves the service working', async () => {
    const { transport } = await publish();
    const random = randomOf(7);
    const udp = createSocket('udp4');
    const ports = transport.iceCandidates.filter(
      ({ protocol, ip }) => protocol === 'udp' && isIPv4(ip),
    );
    expect(ports).not.toEqual([]);
    for (const { ip, port } of ports)
      for (let count = 0; count < 5_000; count += 1) {
        const bytes = packet(random, transport.iceParameters);
        await new Promise((resolve) => {
          udp.send(bytes, port, ip, resolve);
        });
      }
    udp.close();
    await expect.poll(works, { timeout: 30_000 }).toBe(true);
  });

  it('sent to the media port over TCP leaves the service working', async () => {
    const { transport } = await publish();
    const random = randomOf(8);
    const ports = transport.iceCandidates.filter(
      ({ protocol, ip }) => protocol === 'tcp' && isIPv4(ip),
    );
    expect(ports).not.toEqual([]);
    for (const { ip, port } of ports)
      for (let count = 0; count < 50; count += 1) {
        const tcp = connect({ host: ip, port });
        tcp.on('error', () => tcp.destroy());
        await once(tcp, 'connect');
        // Each frame has a length prefix, which may be wrong (RFC 4571, section 2).
        for (let frame = 0; frame < 20; frame += 1) {
          const bytes = packet(random, transport.iceParameters);
          const length = random() < 0.8 ? bytes.length : Math.floor(random() * 65_536);
          tcp.write(Buffer.concat([Buffer.from([length >> 8, length & 0xff]), bytes]));
        }
        tcp.end();
        await once(tcp, 'close');
      }
    await expect.poll(works, { timeout: 30_000 }).toBe(true);
  });
});

/** Returns the value with a random part replaced, repeated or removed. */
function damaged(value: unknown, random: () => number): unknown {
  const odd = [null, -1, 0, 2 ** 31, 1e308, '', 'x'.repeat(3_000), [], {}, '\u0001', true, 'L9T9'];
  if (typeof value !== 'object' || value === null || random() < 0.1)
    return odd[Math.floor(random() * odd.length)];
  if (Array.isArray(value)) {
    const items: unknown[] = [...value];
    if (items.length === 0 || random() < 0.2) return [...items, ...items, ...items];
    const at = Math.floor(random() * items.length);
    return items.with(at, damaged(items[at], random));
  }
  const entries = Object.entries(value);
  const at = Math.floor(random() * entries.length);
  return Object.fromEntries(
    entries.flatMap(([name, inner], index) => {
      if (index !== at) return [[name, inner]];
      return random() < 0.2 ? [] : [[name, damaged(inner, random)]];
    }),
  );
}

describe('malformed media parameters', () => {
  it('are rejected by name and do not end another broadcast', async () => {
    const random = randomOf(9);
    const bystander = await client();
    for (let round = 0; round < 30; round += 1) {
      const socket = await client({ cookie });
      const started = await ask(socket, 'publisher:start', { channel: 'tea' });
      // If the previous parameters killed the worker, it is being replaced.
      expect(['ok', 'unavailable']).toContain(started.ok ? 'ok' : started.error.code);
      const transportId = started.ok
        ? (started.data as { transport: { id: string } }).transport.id
        : '';
      const attempts = [
        ...Array.from({ length: 8 }, () => ['publisher:produce', damaged(videoTrack(), random)]),
        ...Array.from({ length: 8 }, () => ['publisher:produce', damaged(audioTrack(), random)]),
        ...Array.from({ length: 8 }, () => [
          'transport:connect',
          { transportId, dtlsParameters: damaged(dtlsParameters, random) },
        ]),
        ...Array.from({ length: 8 }, () => [
          'viewer:join',
          { channel: 'tea', rtpCapabilities: damaged(h264Viewer, random) },
        ]),
      ] as [string, unknown][];
      for (const [event, payload] of attempts) {
        const reply = await ask(socket, event, payload);
        const code = reply.ok ? 'ok' : reply.error.code;
        expect([event, code, JSON.stringify(payload)]).not.toContain('internal');
      }
      await ask(socket, 'publisher:end', { channel: 'tea' });
      socket.disconnect();
    }
    expect(await ask(bystander, 'clock:ping', {})).toMatchObject({ ok: true });
    await expect.poll(works, { timeout: 30_000 }).toBe(true);
  });
});
