import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { unlessRefused } from '../../../test/support/unless-refused.js';
import type { AmfValue } from '../../media/rtmp/amf0.js';
import {
  readCommand,
  type RtmpCommand,
  writeCommand,
  writeMetadata,
} from '../../media/rtmp/commands.js';
import { RtmpError } from '../../media/rtmp/rtmp-error.js';
import { RtmpLink } from '../../media/rtmp/rtmp-link.js';
import { MESSAGE, type RtmpMessage } from '../../media/rtmp/rtmp-message.js';
import { RtmpSession } from './rtmp-session.js';
import type { StreamPath } from './stream-path.js';

const onPublish = vi.fn<(path: StreamPath) => void>();
const onMedia = vi.fn<(message: RtmpMessage) => void>();
const onMetadata = vi.fn<(values: Readonly<Record<string, AmfValue>>) => void>();
const onStopped = vi.fn<() => void>();
let client: RtmpLink;
let session: RtmpSession;
let toClient: Buffer[] = [];
let toServer: Buffer[] = [];

/** Passes all bytes between both sides. Returns the commands that the client received. */
function exchange(): RtmpCommand[] {
  const commands: RtmpCommand[] = [];
  while (toClient.length + toServer.length > 0) {
    for (const bytes of toServer.splice(0)) session.push(bytes);
    for (const bytes of toClient.splice(0))
      commands.push(...client.push(bytes).flatMap((message) => readCommand(message) ?? []));
  }
  return commands;
}

const call = (
  name: string,
  args: readonly AmfValue[] = [],
  object: { app?: string } | null = null,
) => {
  client.send(writeCommand({ name, transaction: 7, object, args }, 0));
  return exchange();
};

const connect = () => call('connect', [], { app: 'live' });

beforeEach(() => {
  vi.resetAllMocks();
  [toClient, toServer] = [[], []];
  session = new RtmpSession({
    random: randomBytes,
    write: (bytes) => toClient.push(Buffer.from(bytes)),
    onPublish,
    onMedia,
    onMetadata,
    onStopped,
  });
  client = new RtmpLink({
    role: 'client',
    random: randomBytes,
    write: (bytes) => toServer.push(Buffer.from(bytes)),
  });
  client.start();
  exchange();
});

describe('an RTMP session', () => {
  it('answers the commands that encoders send before they publish', () => {
    expect(connect()).toMatchObject([
      { name: '_result', transaction: 7, args: [{ code: 'NetConnection.Connect.Success' }] },
    ]);
    expect(call('releaseStream', ['live_key'])).toMatchObject([{ name: '_result' }]);
    expect(call('FCPublish', ['live_key'])).toMatchObject([
      { name: '_result' },
      { name: 'onFCPublish', args: [{ code: 'NetStream.Publish.Start' }] },
    ]);
    expect(call('createStream')).toMatchObject([{ name: '_result', args: [1] }]);
  });

  it('answers publish after the key was checked, and does not pass media on before that', () => {
    connect();
    expect(call('publish', ['live_key', 'live'])).toEqual([]);
    expect(onPublish).toHaveBeenCalledWith({ channel: null, key: 'live_key' });
    const picture = { type: MESSAGE.video, streamId: 1, timeMs: 40, payload: Buffer.from('17') };
    client.send(picture);
    exchange();
    expect(onMedia).not.toHaveBeenCalled();
    session.accept();
    expect(exchange()).toMatchObject([
      { name: 'onStatus', args: [{ level: 'status', code: 'NetStream.Publish.Start' }] },
    ]);
    client.send(picture);
    client.send(writeMetadata({ encoder: 'Lavf' }, 1));
    exchange();
    expect(onMedia).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ timeMs: 40 }));
    expect(onMetadata).toHaveBeenCalledExactlyOnceWith({ encoder: 'Lavf' });
  });

  it('refuses with a reason', () => {
    connect();
    call('publish', ['live_key']);
    session.refuse('Denied', 'The stream key is wrong.');
    expect(exchange()).toMatchObject([
      {
        name: 'onStatus',
        args: [
          {
            level: 'error',
            code: 'NetStream.Publish.Denied',
            description: 'The stream key is wrong.',
          },
        ],
      },
    ]);
  });

  it.each(['FCUnpublish', 'deleteStream', 'closeStream'])('stops once with %s', (name) => {
    connect();
    call('publish', ['live_key']);
    session.accept();
    call(name, ['1']);
    call('deleteStream', [1]);
    expect(onStopped).toHaveBeenCalledOnce();
  });

  it.each([
    ['publishing without connecting', () => call('publish', ['live_key'])],
    ['connecting without an application', () => call('connect')],
    ['connecting twice', () => [connect(), connect()]],
    ['publishing twice', () => [connect(), call('publish', ['a']), call('publish', ['a'])]],
    ['playing', () => [connect(), call('play', ['a'])]],
  ])('is closed for %s', (_what, act) => {
    expect(act).toThrow(RtmpError);
  });

  it('survives damage, or refuses it', () => {
    const damage = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 6 }), (damages) => {
        const sent: Buffer[] = [];
        const sender = new RtmpLink({
          role: 'client',
          random: () => Buffer.alloc(1_528),
          write: (bytes) => sent.push(Buffer.from(bytes)),
        });
        const receiver = new RtmpSession({
          random: randomBytes,
          write: () => undefined,
          onPublish: () => receiver.accept(),
          onMedia,
          onMetadata,
          onStopped,
        });
        sender.start();
        sent.push(Buffer.alloc(1_536));
        for (const name of ['connect', 'createStream', 'publish'])
          sender.send(
            writeCommand({ name, transaction: 1, object: { app: 'live' }, args: ['live_x'] }, 0),
          );
        sender.send(writeMetadata({ encoder: 'x' }, 1));
        sender.send({ type: MESSAGE.video, streamId: 1, timeMs: 0, payload: Buffer.alloc(500) });
        const bytes = Buffer.concat(sent);
        // Damage to the handshake's random bytes has no effect.
        const start = 3_073;
        for (const { at, value } of damages) bytes[start + (at % (bytes.length - start))] = value;
        unlessRefused(() => receiver.push(bytes));
      }),
      { numRuns: fuzzRuns(300) },
    );
  });
});
