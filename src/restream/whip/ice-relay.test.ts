import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IceRelay } from './ice-relay.js';
import { ATTRIBUTE, isStun, readStun, writeStun } from './stun-message.js';

const LIMIT = { timeout: 30_000, interval: 10 };
const LOCAL = { usernameFragment: 'local', password: 'the-local-password-of-22' };
const DTLS = Buffer.from([22, 1, 2, 3]);
const SRTP = Buffer.from([128, 4, 5, 6]);

/** An ICE-lite agent that answers checks unless it is configured not to. */
class LiteAgent {
  readonly credentials;
  /** The datagrams that aren't STUN, with their source ports. */
  readonly heard: { bytes: Buffer; port: number }[] = [];
  /** The usernames of the checks, and whether the checks nominate. */
  readonly checks: { username: string; nominates: boolean }[] = [];
  answers = true;
  /** Called for each STUN message. */
  onStun: (bytes: Buffer) => void = () => undefined;
  peer: RemoteInfo | null = null;
  readonly #socket: Socket = createSocket('udp4');

  constructor(name: string) {
    this.credentials = { usernameFragment: name, password: `the-password-of-${name}-22` };
    this.#socket.on('message', (bytes, from) => this.#take(bytes, from));
  }

  async listen(): Promise<void> {
    this.#socket.bind(0, '127.0.0.1');
    await once(this.#socket, 'listening');
  }

  get place(): { address: string; port: number } {
    return { address: '127.0.0.1', port: this.#socket.address().port };
  }

  send(bytes: Buffer, port = this.peer?.port): void {
    if (port !== undefined) this.#socket.send(bytes, port, '127.0.0.1');
  }

  close(): void {
    this.#socket.close();
  }

  #take(bytes: Buffer, from: RemoteInfo): void {
    if (!isStun(bytes)) return void this.heard.push({ bytes, port: from.port });
    this.onStun(bytes);
    const { password } = this.credentials;
    const request = readStun(bytes, password);
    if (request?.class !== 'request' || !this.answers) return;
    const username = request.attributes.get(ATTRIBUTE.username)?.toString() ?? '';
    this.checks.push({ username, nominates: request.attributes.has(ATTRIBUTE.useCandidate) });
    this.peer = from;
    const { transactionId } = request;
    const attributes = new Map<number, Buffer>();
    this.send(writeStun({ class: 'success', transactionId, attributes }, password), from.port);
  }
}

describe('a relay', () => {
  let near: LiteAgent;
  let far: LiteAgent;
  let stranger: LiteAgent;
  let relay: IceRelay;
  let connected: boolean;

  beforeEach(async () => {
    [near, far, stranger] = [new LiteAgent('near'), new LiteAgent('far'), new LiteAgent('else')];
    await Promise.all([near, far, stranger].map((agent) => agent.listen()));
    far.answers = false;
    connected = false;
    relay = new IceRelay(
      {
        near: { ...near.credentials, ...near.place },
        local: LOCAL,
        far: { ...far.credentials, candidates: [{ ...far.place, priority: 1 }] },
      },
      { connected: () => (connected = true), lost: () => undefined },
    );
  });
  afterEach(() => {
    relay.close();
    for (const agent of [near, far, stranger]) agent.close();
  });

  async function connects(): Promise<void> {
    far.answers = true;
    await vi.waitUntil(() => connected, LIMIT);
  }

  it('is connected once it has nominated the address and both sides have responded', async () => {
    await vi.waitUntil(() => near.checks.length > 2, LIMIT);
    expect(connected).toBe(false);
    await connects();
    await vi.waitUntil(() => far.checks.some(({ nominates }) => nominates), LIMIT);
    expect(far.checks[0]).toEqual({ username: 'far:local', nominates: false });
    expect(near.checks[0]).toEqual({ username: 'near:local', nominates: true });
  });

  it('passes DTLS and SRTP on unchanged, in both directions', async () => {
    await connects();
    near.send(DTLS);
    far.send(SRTP);
    await vi.waitUntil(() => far.heard.length + near.heard.length === 2, LIMIT);
    expect(far.heard.map(({ bytes }) => bytes)).toEqual([DTLS]);
    expect(near.heard.map(({ bytes }) => bytes)).toEqual([SRTP]);
  });

  it('ignores datagrams from other addresses', async () => {
    await connects();
    for (const side of [near, far]) stranger.send(DTLS, side.peer?.port);
    near.send(SRTP);
    far.send(SRTP);
    await vi.waitUntil(() => far.heard.length > 0 && near.heard.length > 0, LIMIT);
    expect([...far.heard, ...near.heard].map(({ bytes }) => bytes)).toEqual([SRTP, SRTP]);
  });

  it('responds to a full agent’s checks, but not to unsigned ones', async () => {
    await connects();
    const transactionId = Buffer.alloc(12, 7);
    const request = { class: 'request', transactionId, attributes: new Map() } as const;
    const responses: (string | undefined)[] = [];
    far.onStun = (bytes) => responses.push(readStun(bytes, LOCAL.password)?.class);
    far.send(writeStun(request, 'another-password'));
    far.send(writeStun(request, LOCAL.password));
    await vi.waitUntil(() => responses.includes('success'), LIMIT);
    expect(responses.filter((one) => one === 'success')).toHaveLength(1);
  });
});
