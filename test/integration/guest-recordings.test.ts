import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GuestRecordingList, RecordingView } from '../../src/protocol/recording.js';
import type { StorageView } from '../../src/protocol/storage.js';
import { GuestRecordings } from '../../src/recordings/guests/guest-recordings.js';
import { RecordingFiles } from '../../src/recordings/recording-files.js';
import { RecordingSpace } from '../../src/recordings/recording-space.js';
import { useServer } from '../support/fixtures/use-server.js';
import { HttpClient, loggedIn } from '../support/http-client.js';
import { KeptBroadcast } from '../support/kept-broadcast.js';

const WAIT = { timeout: 30_000 };

const test = useServer({ overrides: { CHANNELS_PER_ACCOUNT: '50' } });
let owner: HttpClient;
let moderator: HttpClient;
let viewer: HttpClient;
beforeAll(async () => {
  owner = await loggedIn(test.url, 'rita');
  moderator = await loggedIn(test.url, 'moe');
  viewer = await loggedIn(test.url, 'vera');
});

const pathOf = (id: string, rest = '') => `/api/recordings/${id}${rest}`;
const guestsOf = async (id: string) =>
  (await owner.get(pathOf(id, '/guests'))).body as GuestRecordingList;
const viewOf = async (id: string, client = owner) =>
  (await client.get(pathOf(id))).body as RecordingView;

/** Records a broadcast of 10 seconds, with a guest from the fourth second to the tenth. */
async function recordedWithGuest(channel: string) {
  await owner.post('/api/channels', { name: channel });
  const broadcast = await KeptBroadcast.start(test, channel, 'Talk');
  await broadcast.segments(5);
  await expect.poll(async () => (await viewOf(broadcast.id)).state, WAIT).toBe('recording');
  const guest = await broadcast.guest(test, channel, { name: 'Bob B.', afterMs: 4_000 });
  await guest.segments(3);
  return { broadcast, guest };
}

async function finished(channel: string): Promise<string> {
  const { broadcast, guest } = await recordedWithGuest(channel);
  guest.end();
  broadcast.end();
  const states = async () => [
    (await viewOf(broadcast.id)).state,
    ...(await guestsOf(broadcast.id)).map(({ state }) => state),
  ];
  await expect.poll(states, WAIT).toEqual(['ready', 'ready']);
  return broadcast.id;
}

describe('the separate recording of a guest', () => {
  it('says where it begins in the recording', async () => {
    const id = await finished('offsets');
    expect(await guestsOf(id)).toMatchObject([
      { name: 'Bob B.', offsetMs: 4_000, durationMs: 6_000, bytes: 6_000, problem: null },
    ]);
  });

  it('is for the owner and moderators only', async () => {
    const id = await finished('privates');
    await owner.request('PUT', '/api/channels/privates/moderators/moe', { body: {} });
    const [file] = await guestsOf(id);
    expect((await moderator.get(pathOf(id, '/guests'))).body).toHaveLength(1);
    for (const path of [file!.downloadPath!, pathOf(id, '/guests')])
      for (const other of [viewer, new HttpClient(test.url)])
        expect((await other.get(path)).error?.code).toBe('recording_not_found');
    expect((await viewOf(id, moderator)).guestFiles).toBe(1);
    expect((await viewOf(id, viewer)).guestFiles).toBe(0);
  });

  it('counts toward the owner’s storage, and is deleted with the recording', async () => {
    const storage = async () => {
      await test.app.get(RecordingSpace).check();
      return ((await owner.get('/api/account/storage')).body as StorageView).bytes;
    };
    const before = await storage();
    const id = await finished('stored');
    expect(await storage()).toBe(before + 10_000 + 6_000);
    const folder = await test.app.get(RecordingFiles).ensureFolder();
    expect(await readdir(join(folder, id, 'guests'))).toHaveLength(1);
    expect((await owner.request('DELETE', pathOf(id), {})).status).toBe(204);
    expect(await readdir(folder)).not.toContain(id);
    expect(await storage()).toBe(before);
  });

  it('is finished from its journals if nobody finished it', async () => {
    const { broadcast } = await recordedWithGuest('crashes');
    broadcast.end();
    await expect.poll(async () => (await viewOf(broadcast.id)).state, WAIT).toBe('ready');
    await expect
      .poll(async () => (await guestsOf(broadcast.id)).map(({ state }) => state), WAIT)
      .toEqual(['recording']);
    await test.app.get(GuestRecordings).onApplicationBootstrap();
    expect(await guestsOf(broadcast.id)).toMatchObject([{ state: 'ready', durationMs: 6_000 }]);
  });
});
