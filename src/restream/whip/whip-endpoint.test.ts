import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RestreamError } from '../restream-problem.js';
import { WhipEndpoint } from './whip-endpoint.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const SDP = { 'content-type': 'application/sdp' };
const NEVER = new AbortController().signal;

let server: Server;
let answer: Answer;
/** The requests that arrived: method, host, path, token and body. */
let heard: unknown[];
let endpoint: WhipEndpoint;

beforeEach(async () => {
  heard = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      heard.push([
        method,
        headers.host,
        url,
        headers.authorization,
        Buffer.concat(chunks).toString(),
      ]);
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endpoint = new WhipEndpoint({
    url: 'https://a.example/whip/1',
    token: 'secret',
    dial: async (url) => {
      if (url.includes('private')) throw new RestreamError('address_refused');
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
  });
});
afterEach(() => void server.close());

const problem = () =>
  endpoint.publish('offer', NEVER).then(
    () => null,
    (error: RestreamError) => [error.problem, error.retryAfterMs],
  );

describe('a WHIP endpoint', () => {
  it('opens a session and ends it with the same token', async () => {
    answer = (_, response) => response.writeHead(201, { ...SDP, location: '/s/7' }).end('answer');
    const session = await endpoint.publish('offer', NEVER);
    expect(session).toEqual({ answer: 'answer', resource: 'https://a.example/s/7' });
    await endpoint.end(session);
    expect(heard).toEqual([
      ['POST', 'a.example', '/whip/1', 'Bearer secret', 'offer'],
      ['DELETE', 'a.example', '/s/7', 'Bearer secret', ''],
    ]);
  });

  it('follows redirects only to allowed hosts over TLS', async () => {
    let location = 'https://b.example/other';
    answer = ({ url }, response) => {
      if (url === '/whip/1') response.writeHead(307, { location }).end();
      else response.writeHead(201, { ...SDP, location: 's' }).end('answer');
    };
    const { resource } = await endpoint.publish('offer', NEVER);
    expect(resource).toBe('https://b.example/s');
    expect(heard.at(-1)).toEqual(['POST', 'b.example', '/other', 'Bearer secret', 'offer']);
    location = 'http://b.example/other';
    expect(await problem()).toEqual(['not_whip', 0]);
    location = 'https://private.example/';
    expect(await problem()).toEqual(['address_refused', 0]);
    location = 'https://a.example/whip/1';
    expect(await problem()).toEqual(['not_whip', 0]);
  });

  it.each([
    [401, 'token_refused'],
    [403, 'token_refused'],
    [404, 'endpoint_missing'],
    [409, 'in_use'],
    [422, 'media_refused'],
    [200, 'not_whip'],
    [500, 'busy'],
  ])('reports status %i as %s', async (status, expected) => {
    answer = (_, response) => response.writeHead(status, SDP).end('the token is secret');
    expect(await problem()).toEqual([expected, 0]);
  });

  it('waits as long as a busy server asks for, up to five minutes', async () => {
    let after = '7';
    answer = (_, response) => response.writeHead(503, { 'retry-after': after }).end();
    expect(await problem()).toEqual(['busy', 7_000]);
    after = '99999';
    expect(await problem()).toEqual(['busy', 300_000]);
  });

  it('rejects responses that aren’t HTTP or are too large', async () => {
    answer = (_, response) => response.writeHead(201, SDP).end('x'.repeat(70_000));
    expect(await problem()).toEqual(['not_whip', 0]);
    answer = ({ socket }) => void socket.end('hello\r\n');
    expect(await problem()).toEqual(['not_whip', 0]);
    answer = ({ socket }) => void socket.destroy();
    expect(await problem()).toEqual(['closed', 0]);
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n';
    answer = ({ socket }) => void socket.write(upgrade);
    expect(await problem()).toEqual(['closed', 0]);
  });
});
