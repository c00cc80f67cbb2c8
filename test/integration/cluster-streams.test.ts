import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallVerifier } from '../../src/cluster/call-signature.js';
import { HttpCalls } from '../../src/cluster/http-calls.js';
import { CallError, type NodeStream, type StreamHandler } from '../../src/cluster/node-calls.js';
import { NodeServer } from '../../src/cluster/node-server.js';
import { systemClock as clock } from '../../src/common/clock.js';
import { Secrets } from '../../src/secrets/secrets.js';
import { freePort } from '../support/free-port.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const log = pino({ level: 'silent' });
const secrets = new Secrets(Buffer.alloc(32, 1));

describe('a stream between nodes', () => {
  let server: NodeServer;
  let network: TcpProxy;
  let calls: HttpCalls;

  beforeEach(async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const verifier = new CallVerifier(secrets, 'b');
    const isMember = () => Promise.resolve(true);
    server = await NodeServer.listen({ url: new URL(url), verifier, isMember, clock, log });
    network = await TcpProxy.to(url);
    const startedAt = new Date();
    const at = { url: network.url, startedAt, seenAt: startedAt };
    const b = { id: 'b', name: 'b', ...at, draining: false, proto: 1 };
    calls = new HttpCalls('a', async (id) => (id === 'b' ? b : null), server, secrets, clock);
  });
  afterEach(async () => {
    calls.close();
    await server.close();
    await network.close();
  });

  /** Answers streams; resolves with both ends of a stream. */
  async function open(handler: StreamHandler = () => Promise.resolve('answer')) {
    const { promise: there, resolve } = Promise.withResolvers<NodeStream>();
    server.answerStream('talk', (body, from, stream) => {
      resolve(stream);
      return handler(body, from, stream);
    });
    const { answer, stream: here } = await calls.open('b', 'talk', { word: 'hello' });
    return { answer, here, there: await there };
  }

  it('carries an answer first, and then messages in both directions', async () => {
    const { answer, here, there } = await open((body, from, stream) => {
      stream.send('before the answer');
      return Promise.resolve([body, from]);
    });
    expect(answer).toEqual([{ word: 'hello' }, 'a']);
    const long = 'ü\n'.repeat(100_000);
    there.send({ long });
    there.send(null);
    const heard: unknown[] = [];
    for await (const message of here) if (heard.push(message) === 3) break;
    expect(heard).toEqual(['before the answer', { long }, null]);
    // Ending the loop closes the stream.
    await there.closed;
    const other = await calls.open('b', 'talk', null);
    other.stream.send('up');
    other.stream.close();
    expect(other.stream.isClosed).toBe(true);
  });

  it('ends for the calling node when the other node closes it', async () => {
    const { here, there } = await open();
    there.send('last');
    const heard: unknown[] = [];
    const all = (async () => {
      for await (const message of here) heard.push(message);
    })();
    await expect.poll(() => heard).toEqual(['last']);
    there.close();
    await all;
    expect(here.isClosed).toBe(true);
  });

  it('outlives the timeout for answers while nothing is sent', async () => {
    const { here, there } = await open();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect([here.isClosed, there.isClosed]).toEqual([false, false]);
  });

  it.each(['cut', 'pull'] as const)(
    'closes at both ends after a %s of the network',
    async (fault) => {
      const { here, there } = await open();
      network[fault]();
      await Promise.all([here.closed, there.closed]);
      expect([here.isClosed, there.isClosed]).toEqual([true, true]);
    },
  );

  it('is refused with a reason', async () => {
    server.answerStream('gone', () => Promise.reject(new CallError('gone', 'not here')));
    server.answerStream('broken', () => Promise.reject(new Error('out of order')));
    server.answerStream('slow', (_body, _from, stream) => stream.closed);
    const failure = (name: string, node = 'b') =>
      calls.open(node, name, null, { timeoutMs: 500 }).catch((error: CallError) => error.failure);
    expect(await failure('gone')).toBe('gone');
    expect(await failure('broken')).toBe('failed');
    expect(await failure('nothing')).toBe('refused');
    expect(await failure('gone', 'c')).toBe('gone');
    // The stream's handler notices that the caller has given up.
    expect(await failure('slow')).toBe('unreachable');
    await expect.poll(() => network.size).toBe(0);
  });

  it('closes at an end that does not read', async () => {
    const { here, there } = await open();
    for (let i = 0; i < 200; i += 1) there.send('x'.repeat(10_000));
    await Promise.all([here.closed, there.closed]);
    expect([here.isClosed, there.isClosed]).toEqual([true, true]);
  });
});
