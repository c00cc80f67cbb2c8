import { io, type Socket } from 'socket.io-client';
import { expect } from 'vitest';
import type {
  ClientToServer,
  RequestData,
  RequestInput,
  RequestName,
  ServerToClient,
} from '../../src/protocol/events.js';
import type { ErrorBody, Reply } from '../../src/protocol/error.js';

export type ClientSocket = Socket<ServerToClient, ClientToServer>;

const ANSWER_TIMEOUT_MS = 60_000;

/** Returns a plain Socket.IO client that doesn't reconnect. */
export function socketTo(
  url: string,
  headers: Record<string, string> = {},
  { path = '/socket.io' } = {},
): ClientSocket {
  return io(url, {
    path,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
  });
}

/** Returns a connected client. Rejects with the server's error. */
export async function openSocket(
  url: string,
  headers: Record<string, string> = {},
  options: { path?: string } = {},
): Promise<ClientSocket> {
  const socket = socketTo(url, headers, options);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}

/** Sends any event and resolves with the reply. Rejects on a timeout. */
export function ask(socket: ClientSocket, event: string, ...payload: unknown[]) {
  const untyped = socket as unknown as Socket;
  const reply = untyped.timeout(ANSWER_TIMEOUT_MS).emitWithAck(event, ...payload);
  return reply as Promise<Reply<unknown>>;
}

/** Sends a request that should succeed; resolves with the reply's data. */
export async function request<N extends RequestName>(
  socket: ClientSocket,
  name: N,
  payload: RequestInput<N>,
): Promise<RequestData<N>> {
  const reply = await ask(socket, name, payload);
  if (!reply.ok) throw new Error(`${name}: ${JSON.stringify(reply.error)}`);
  return reply.data as RequestData<N>;
}

/** Sends a request that should be refused; resolves with the error. */
export async function refusal(socket: ClientSocket, event: string, ...payload: unknown[]) {
  const reply = await ask(socket, event, ...payload);
  expect(reply).toMatchObject({ ok: false, error: { code: expect.any(String) } });
  return (reply as { error: ErrorBody }).error;
}

/** Resolves with the arguments of the next event. */
export async function next<N extends keyof ServerToClient>(
  socket: ClientSocket,
  event: N,
): Promise<Parameters<ServerToClient[N]>> {
  const { promise, resolve } = Promise.withResolvers<Parameters<ServerToClient[N]>>();
  const listener = (...args: unknown[]) => resolve(args as Parameters<ServerToClient[N]>);
  (socket as unknown as Socket).once<string>(event, listener);
  return promise;
}

/** Resolves with the reason when the socket is disconnected, or at once if it already is. */
export async function disconnected(socket: ClientSocket): Promise<string> {
  if (!socket.connected) return 'was disconnected';
  const [reason] = await new Promise<[string]>((resolve) => {
    socket.once('disconnect', (why) => resolve([why]));
  });
  return reason;
}

/** Writes raw data to the connection, bypassing Socket.IO's encoder. */
export function sendRaw(socket: ClientSocket, packet: string | Buffer): void {
  socket.io.engine.send(packet);
}
