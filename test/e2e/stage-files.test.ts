import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { stageTest as it } from '../support/fixtures/stage.js';
import { playedFilm } from '../support/played-film.js';
import { WAIT } from '../support/stage.js';
import {
  COLORS,
  devicesOf,
  enterGreenRoom,
  inviteFrom,
  openStage,
  pitchesIn,
  SENSES,
  shows,
} from '../support/stage-people.js';

const HOST = { camera: 'red', toneHz: 500 } as const;
const BOB = { camera: 'green', toneHz: 1_000 } as const;
const FILM_HZ = 3_000;
const PITCHES = [HOST.toneHz, BOB.toneHz, FILM_HZ];

const CORNERS = [
  [0.02, 0.5],
  [0.5, 0.5],
  [0.98, 0.5],
] as const;
const HALVES = [
  [0.25, 0.5],
  [0.75, 0.5],
] as const;
const THIRDS = [
  [0.17, 0.5],
  [0.5, 0.5],
  [0.83, 0.5],
] as const;

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

/** Returns the pitches that a guest's audio elements play. */
async function pitchesHeardBy(guest: Page): Promise<number[]> {
  const levels = await guest.evaluate(async (pitches) => {
    type Hears = { hearPitches: (track: unknown, pitches: unknown) => Promise<number[]> };
    const { hearPitches } = globalThis as unknown as Hears;
    type Player = { srcObject: { getAudioTracks(): unknown[] } | null };
    const { document } = globalThis as unknown as {
      document: { querySelectorAll(name: string): Iterable<Player> };
    };
    const tracks = [...document.querySelectorAll('audio')].flatMap(
      ({ srcObject }) => srcObject?.getAudioTracks() ?? [],
    );
    return Promise.all(tracks.map((track) => hearPitches(track, pitches)));
  }, PITCHES);
  return PITCHES.filter((_, index) => levels.some((of) => (of[index] ?? -200) > -60));
}

const yellow = `color=0x${COLORS.yellow.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

describe('a file that the host plays', () => {
  it('is seen and heard by viewers and guests until it ends', async ({ stage }) => {
    const studio = await stage.studioOf('nora', { initScripts: [devicesOf(HOST)] });
    await openStage(studio);
    const invitation = await inviteFrom(studio, 'nora');
    const bob = await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });
    await press(studio, 'Bring on stage');
    await studio.getByRole('tab', { name: 'Get ready' }).click();
    await press(studio, 'Go live');
    await stage.isInState('nora', 'live');
    const viewer = await stage.visit('/nora', { initScripts: [SENSES] });
    await shows(viewer, HALVES, ['red', 'green']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);

    await studio.getByRole('tab', { name: /^Guests/ }).click();
    await studio.getByLabel('Video or picture to play').setInputFiles({
      name: 'Opening.webm',
      mimeType: 'video/webm',
      buffer: await playedFilm(yellow, { toneHz: FILM_HZ, seconds: 5 }),
    });
    await studio.getByText('Ready, not shown · 0:05 left').waitFor();
    await shows(viewer, HALVES, ['red', 'green']);
    await studio.getByLabel('At the end').selectOption('Play again');
    await press(studio, 'Play');
    await shows(viewer, CORNERS, ['yellow', 'yellow', 'yellow']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual(PITCHES);
    // Guests hear the file and the host, but never themselves.
    await expect.poll(() => pitchesHeardBy(bob), WAIT).toEqual([HOST.toneHz, FILM_HZ]);

    await press(studio, 'Pause video');
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);
    await shows(viewer, CORNERS, ['yellow', 'yellow', 'yellow']);
    await studio.getByLabel('At the end').selectOption('Return to the scene');
    await press(studio, 'Play');
    await shows(viewer, HALVES, ['red', 'green']);
    await studio.getByText('Ready, not shown · 0:05 left').waitFor();
    // The file can be played again, beside the people.
    await studio.getByLabel('Position').selectOption('Next to the people');
    await studio.getByLabel('At the end').selectOption('Play again');
    await press(studio, 'Play');
    await shows(viewer, THIRDS, ['yellow', 'red', 'green']);
    await press(studio, 'Close file');
    await shows(viewer, HALVES, ['red', 'green']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);
  });

  it('can be an image', async ({ stage }) => {
    const studio = await stage.studioOf('olga', { initScripts: [devicesOf(HOST)] });
    await openStage(studio);
    await studio.getByRole('tab', { name: /^Guests/ }).click();
    const file = studio.getByLabel('Video or picture to play');
    await file.setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('no picture'),
    });
    await studio.getByText('This browser can’t show “notes.txt”.').waitFor();
    const picture = await studio.evaluate(
      async (color) => {
        type Canvas = {
          getContext(kind: '2d'): { fillStyle: string; fillRect(...sides: number[]): void };
          convertToBlob(): Promise<{ arrayBuffer(): Promise<ArrayBuffer> }>;
        };
        const { OffscreenCanvas } = globalThis as unknown as {
          OffscreenCanvas: new (width: number, height: number) => Canvas;
        };
        const canvas = new OffscreenCanvas(640, 360);
        const context = canvas.getContext('2d');
        context.fillStyle = color;
        context.fillRect(0, 0, 640, 360);
        return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
      },
      `rgb(${COLORS.blue.join(' ')})`,
    );
    await file.setInputFiles({
      name: 'Plan.png',
      mimeType: 'image/png',
      buffer: Buffer.from(picture),
    });
    await press(studio, 'Show');
    await shows(studio, CORNERS, ['blue', 'blue', 'blue']);
    await press(studio, 'Hide');
    await shows(studio, CORNERS, ['red', 'red', 'red']);
  });
});
