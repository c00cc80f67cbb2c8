import { ModulesContainer } from '@nestjs/core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReplyFilter, ReplyInterceptor } from '../../src/common/gateway-reply.js';
import { type RequestName, requests } from '../../src/protocol/events.js';
import { api, register, registerWithChannel } from '../support/people.js';
import { type ClientSocket, disconnected, openSocket, request } from '../support/sockets.js';
import { useServer } from '../support/fixtures/use-server.js';

// Nest's metadata keys, for which it exports no constants.
const IS_GATEWAY = 'websockets:is_gateway';
const FILTERS = '__exceptionFilters__';
const INTERCEPTORS = '__interceptors__';
const REQUEST = 'message';
const PARAMETERS = '__routeArguments__';
/** Nest's metadata key for a method's payload parameter: `3:1`. */
const PAYLOAD = /^3:/;

type Handler = { gateway: string; request: string; schemas: unknown[] };

describe('sockets of the whole service', () => {
  const test = useServer();
  const open: ClientSocket[] = [];

  beforeAll(async () => {
    await registerWithChannel(test.url, 'ann');
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.disconnect();
  });

  async function client(headers: Record<string, string> = {}): Promise<ClientSocket> {
    const socket = await openSocket(test.url, headers);
    open.push(socket);
    return socket;
  }

  function gateways(): Function[] {
    const modules = [...test.app.get(ModulesContainer).values()];
    const classes = modules.flatMap(({ providers }) =>
      [...providers.values()].flatMap(({ metatype }) => (metatype ? [metatype] : [])),
    );
    return classes.filter((type) => Reflect.getMetadata(IS_GATEWAY, type) === true);
  }

  function handlers(): Handler[] {
    return gateways().flatMap((gateway) => {
      const methods = gateway.prototype as Record<string, unknown>;
      return Object.getOwnPropertyNames(methods).flatMap((name) => {
        const method = methods[name];
        const handled: unknown =
          typeof method === 'function' ? Reflect.getMetadata(REQUEST, method) : undefined;
        const parameters = (Reflect.getMetadata(PARAMETERS, gateway, name) ?? {}) as Record<
          string,
          { schema?: unknown }
        >;
        const schemas = Object.entries(parameters).flatMap(([key, { schema }]) =>
          PAYLOAD.test(key) ? [schema] : [],
        );
        return typeof handled === 'string'
          ? [{ gateway: gateway.name, request: handled, schemas }]
          : [];
      });
    });
  }

  it('have no gateway whose requests could go unanswered', () => {
    expect(gateways().length).toBeGreaterThanOrEqual(2);
    const bare = gateways().filter(
      (gateway) =>
        !Reflect.getMetadata(FILTERS, gateway)?.includes(ReplyFilter) ||
        !Reflect.getMetadata(INTERCEPTORS, gateway)?.includes(ReplyInterceptor),
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  // The adapter calls no such hooks; see SocketAdapter.bindClientConnect.
  it('have no gateway with hooks for connections', () => {
    const hooks = ['handleConnection', 'handleDisconnect'];
    const hooked = gateways().filter(({ prototype }) => hooks.some((hook) => hook in prototype));
    expect(hooked.map(({ name }) => name)).toEqual([]);
  });

  it('handle every request of the protocol exactly once', () => {
    const handled = handlers().map((handler) => handler.request);
    expect(handled.toSorted()).toEqual(Object.keys(requests).toSorted());
  });

  it('validate every payload with the schema of its request', () => {
    const wrong = handlers().filter(({ request: name, schemas }) =>
      schemas.some((schema) => schema !== requests[name as RequestName].payload),
    );
    expect(wrong).toEqual([]);
  });

  it('identify the account by the handshake’s cookie', async () => {
    const bob = await register(test.url, 'bob');
    const { me } = await request(await client({ cookie: bob.cookie }), 'chat:join', {
      channel: 'ann',
    });
    expect(me).toMatchObject({ role: 'member', name: 'bob' });
    for (const cookie of ['onair_session=wrong', 'onair_session=', 'garbage; =; %%%'])
      expect(
        (await request(await client({ cookie }), 'chat:join', { channel: 'ann' })).me,
      ).toMatchObject({ role: 'guest', name: null });
  });

  it('are closed with their session, unlike those of another session of the account', async () => {
    const carol = await register(test.url, 'carol');
    const { headers } = await fetch(`${test.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'carol', password: 'correct horse battery' }),
    });
    const cookie = headers.getSetCookie().find((line) => line.startsWith('onair_session=')) ?? '';
    const [one, two, other] = [
      await client({ cookie: carol.cookie }),
      await client({ cookie: carol.cookie }),
      await client({ cookie: cookie.split(';', 1).join() }),
    ];
    const gone = Promise.all([one, two].map((socket) => disconnected(socket)));
    await api(test.url, carol, 'POST', '/auth/logout');
    await gone;
    expect((await request(other, 'chat:join', { channel: 'ann' })).me.name).toBe('carol');
  });

  it('reject pages on other sites, but not their own', async () => {
    await expect(client({ origin: 'https://evil.example' })).rejects.toThrow('websocket error');
    await client({ origin: test.url });
  });
});
