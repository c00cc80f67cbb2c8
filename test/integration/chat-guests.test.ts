import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Person, register } from '../support/people.js';
import { ask, type ClientSocket, openSocket, request } from '../support/sockets.js';
import { stopClock } from '../support/stop-clock.js';

let server: TestApp;
let owner: Person;
let ownerSocket: ClientSocket;
let count = 0;
const sockets: ClientSocket[] = [];
const channel = () => `guests-${count}`;

async function open(headers: Record<string, string>): Promise<ClientSocket> {
  const socket = await openSocket(server.url, headers);
  sockets.push(socket);
  return socket;
}

/** Connects as a new guest from this address. */
const newGuest = (address: string) => open({ 'x-forwarded-for': address });

async function said(socket: ClientSocket, event: string, payload: object): Promise<string> {
  const reply = await ask(socket, event, { channel: channel(), ...payload });
  return reply.ok ? 'ok' : reply.error.code;
}
const write = (socket: ClientSocket, nonce: string = randomUUID()) =>
  said(socket, 'chat:send', { nonce, text: 'hello', guestName: 'gast' });
/** Retries after the delay that the server asks for. */
async function writeInTime(socket: ClientSocket): Promise<string> {
  for (;;) {
    const message = { channel: channel(), nonce: randomUUID(), text: 'hello', guestName: 'gast' };
    const reply = await ask(socket, 'chat:send', message);
    if (reply.ok) return 'ok';
    const { code, retryAfterMs } = reply.error;
    if (retryAfterMs === undefined) return code;
    await setTimeout(retryAfterMs);
  }
}
const countOk = (answers: readonly string[]) => answers.filter((code) => code === 'ok').length;

beforeAll(async () => {
  // Clients choose their address, and the limits have their default values.
  server = await startTestApp({ overrides: { TRUST_PROXY: '1', ADDRESS_LIMIT_FACTOR: '1' } });
  owner = await register(server.url, 'owner');
});
beforeEach(async () => {
  count += 1;
  ownerSocket = await open({ cookie: owner.cookie, 'x-forwarded-for': '198.51.100.1' });
  await fetch(`${server.url}/api/channels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: owner.cookie },
    body: JSON.stringify({ name: channel() }),
  });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(() => server.close());

describe('guests at one address', () => {
  it('cannot send messages faster by discarding their cookies, and do not affect others', async () => {
    onTestFinished(stopClock());
    const address = '203.0.113.1';
    const answers: string[] = [];
    for (let guest = 0; guest < 12; guest += 1) {
      const socket = await newGuest(address);
      for (let n = 0; n < 5; n += 1) answers.push(await write(socket));
      socket.disconnect();
    }
    expect(answers.slice(0, 25)).not.toContain('rate_limited');
    expect(new Set(answers.slice(25))).toEqual(new Set(['rate_limited']));
    expect(await write(await newGuest('203.0.113.2'))).toBe('ok');
  });

  it('can together send five messages per slow-mode interval, whatever their cookies', async () => {
    const rules = { slowModeS: 300 };
    await request(ownerSocket, 'chat:change-settings', { channel: channel(), rules });
    const address = '203.0.113.3';
    const first = await newGuest(address);
    const nonce = randomUUID();
    expect(await write(first, nonce)).toBe('ok');
    expect(await write(first, nonce)).toBe('ok');
    expect(await write(first)).toBe('slow_mode');
    const answers: string[] = [];
    for (let n = 0; n < 8; n += 1) answers.push(await write(await newGuest(address)));
    expect(countOk(answers)).toBe(4);
    expect(answers.at(-1)).toBe('slow_mode');
    expect(await write(await newGuest('203.0.113.4'))).toBe('ok');
  });

  it('share a limit on floating emoji as well', async () => {
    onTestFinished(stopClock());
    const guests = await Promise.all(Array.from({ length: 12 }, () => newGuest('203.0.113.5')));
    const float = (guest: ClientSocket) => said(guest, 'chat:float', { emoji: '👍' });
    const answers = await Promise.all(
      guests.flatMap((guest) => Array.from({ length: 10 }, () => float(guest))),
    );
    expect(answers).toContain('rate_limited');
    expect(countOk(answers)).toBeGreaterThanOrEqual(50);
    expect(await float(await newGuest('203.0.113.7'))).toBe('ok');
  });

  it('can have no more held messages than five people could', async () => {
    const rules = { holdFirst: true };
    await request(ownerSocket, 'chat:change-settings', { channel: channel(), rules });
    const answers: string[] = [];
    for (let guest = 0; guest < 26; guest += 1)
      answers.push(await writeInTime(await newGuest('203.0.113.6')));
    const { held } = await request(ownerSocket, 'chat:held', { channel: channel() });
    expect(held).toHaveLength(25);
    expect(answers.at(-1)).toBe('rate_limited');
  });
});
