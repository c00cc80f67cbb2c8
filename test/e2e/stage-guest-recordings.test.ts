import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import type { GuestRecordingList, RecordingView } from '../../src/protocol/recording.js';
import { ffmpeg } from '../support/ffmpeg.js';
import { stageTest as it } from '../support/fixtures/stage.js';
import { WAIT } from '../support/stage.js';
import {
  COLORS,
  devicesOf,
  enterGreenRoom,
  inviteFrom,
  openStage,
} from '../support/stage-people.js';

const HOST = { camera: 'red', toneHz: 500 } as const;
const BOB = { camera: 'green', toneHz: 1_000 } as const;
const CID = { camera: 'blue', toneHz: 2_000 } as const;
const RATE = 48_000;

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

/** Returns the color of a frame in the middle of a video file, as `[red, green, blue]`. */
async function colorOf(film: Buffer): Promise<number[]> {
  const args = ['-v', 'error', '-i', 'pipe:0', '-an', '-vf', 'fps=1,scale=1:1'];
  const raw = ['-f', 'rawvideo', '-c:v', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const colors = await ffmpeg([...args, ...raw], film);
  const middle = 3 * Math.floor(colors.length / 6);
  return [...colors.subarray(middle, middle + 3)];
}

/** Returns which of the given pitches is the loudest in a video file's sound. */
async function pitchOf(film: Buffer, pitchesHz: readonly number[]): Promise<number | undefined> {
  const raw = ['-ac', '1', '-ar', String(RATE), '-f', 'f32le', 'pipe:1'];
  const bytes = await ffmpeg(['-v', 'error', '-i', 'pipe:0', '-vn', ...raw], film);
  const samples = new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
  const middle = samples.subarray(Math.max(0, samples.length / 2 - RATE / 2), samples.length / 2);
  const levels = pitchesHz.map((hz) => ({ hz, level: levelAt(middle, hz) }));
  return levels.toSorted((a, b) => b.level - a.level)[0]?.hz;
}

/** Returns the amplitude at a frequency, from a discrete Fourier transform at that frequency. */
function levelAt(samples: Float32Array, hz: number): number {
  let [real, imaginary] = [0, 0];
  for (const [at, sample] of samples.entries()) {
    const angle = (2 * Math.PI * hz * at) / RATE;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  }
  return Math.hypot(real, imaginary) / samples.length;
}

const distance = (one: readonly number[], other: readonly number[]): number =>
  Math.max(...one.map((part, index) => Math.abs(part - (other[index] ?? 0))));

/** Waits for a broadcast's recording and its guests' files. */
async function filesOf(studio: Page, origin: string, id: string) {
  const get = async <T>(path: string) =>
    (await (await studio.request.get(`${origin}/api/recordings/${id}${path}`)).json()) as T;
  const states = async () => {
    const recording = await get<RecordingView>('');
    const guests = await get<GuestRecordingList>('/guests');
    return [recording.state, ...guests.map(({ state }) => state)];
  };
  await expect.poll(states, WAIT).toEqual(['ready', 'ready', 'ready']);
  return {
    recording: await get<RecordingView>(''),
    guests: await get<GuestRecordingList>('/guests'),
  };
}

describe('guests who are recorded separately', () => {
  it('get files with their own camera and microphone, for the owner only', async ({ stage }) => {
    const studio = await stage.studioOf('petra', { initScripts: [devicesOf(HOST)] });
    await openStage(studio);
    const invitation = await inviteFrom(studio, 'petra', { uses: 2 });
    const bob = await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });
    await press(studio, 'Bring on stage');
    await studio.getByRole('switch', { name: /^Record each guest separately/ }).check();
    await bob
      .getByText('the host also gets a separate recording of your camera and microphone.')
      .waitFor();
    await studio.getByRole('tab', { name: 'Get ready' }).click();
    await press(studio, 'Go live');
    await stage.isInState('petra', 'live');
    const id = (await stage.channel('petra')).broadcast?.id ?? '';
    const cid = await enterGreenRoom(stage, invitation, { name: 'Cid', looks: CID });
    await studio.getByRole('tab', { name: /^Guests/ }).click();
    await press(studio, 'Bring on stage');
    await cid.getByText('You are live.').first().waitFor();
    // Waits long enough for several segments of each.
    const origin = stage.server.url;
    const lengthMs = async () =>
      ((await (await studio.request.get(`${origin}/api/recordings/${id}`)).json()) as RecordingView)
        .durationMs;
    const atCidMs = await lengthMs();
    await expect.poll(lengthMs, WAIT).toBeGreaterThan(atCidMs + 8_000);
    await press(studio, 'End broadcast');
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await stage.isInState('petra', null);

    const { recording, guests } = await filesOf(studio, origin, id);
    expect(guests).toMatchObject([
      { name: 'Bob', problem: null, lacksVideo: false },
      { name: 'Cid', problem: null, lacksVideo: false },
    ]);
    expect(recording.guestFiles).toBe(2);
    for (const [index, { camera, toneHz }] of [BOB, CID].entries()) {
      const { downloadPath, bytes, durationMs, offsetMs, startedAt } = guests[index]!;
      const response = await studio.request.get(`${origin}${downloadPath}`);
      expect(response.headers()['content-disposition']).toContain(`${['Bob', 'Cid'][index]}.mp4`);
      const film = await response.body();
      expect(distance(await colorOf(film), COLORS[camera]), `${camera} picture`).toBeLessThan(40);
      expect(await pitchOf(film, [500, 1_000, 2_000])).toBe(toneHz);
      expect(bytes).toBeGreaterThan(0);
      expect(durationMs).toBeGreaterThan(5_000);
      // The offset is the position in the recording at which the file begins.
      const [span] = recording.spans;
      const sinceStartMs = Date.parse(startedAt!) - span!.wallMs;
      expect(Math.abs(offsetMs! - sinceStartMs)).toBeLessThan(50);
    }
    expect(guests[1]!.offsetMs!).toBeGreaterThan(guests[0]!.offsetMs! + 1_000);

    const viewer = await stage.member('quentin', '/petra');
    const refused = async (path: string) =>
      (await viewer.request.get(`${origin}/api/recordings/${id}/guests${path}`)).status();
    expect(await refused('')).toBe(404);
    expect(await refused(`/${guests[0]!.id}/download.mp4`)).toBe(404);
    const seen = await viewer.request.get(`${origin}/api/recordings/${id}`);
    expect(await seen.json()).toMatchObject({ guestFiles: 0 });

    await studio.request.delete(`${origin}/api/recordings/${id}`);
    const gone = await studio.request.get(`${origin}${guests[0]!.downloadPath}`);
    expect(gone.status()).toBe(404);
  });
});
