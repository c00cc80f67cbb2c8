import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { CreatedStageInvitation } from '../../src/protocol/stage.js';
import { type Stage, WAIT } from './stage.js';

const SOURCE = readFileSync(resolve('test/support/pages/painted-devices.js'), 'utf8');

/**
 * What a person's fake devices deliver: the camera shows one color, and the microphone plays one
 * tone.
 */
export type Looks = Readonly<{ camera: ColorName; screen?: ColorName; toneHz: number }>;

export const COLORS = {
  red: [220, 30, 30],
  green: [30, 180, 60],
  blue: [40, 60, 220],
  yellow: [230, 220, 40],
} as const;
export type ColorName = keyof typeof COLORS;

/** Returns the script that replaces a page's devices. */
export function devicesOf({ camera, screen = camera, toneHz }: Looks): string {
  const css = (name: ColorName) => `rgb(${COLORS[name].join(' ')})`;
  const options = {
    camera: css(camera),
    screen: css(screen),
    toneHz,
    width: 640,
    height: 360,
    framesPerSecond: 10,
  };
  return `${SOURCE}\npaintDevices(${JSON.stringify(options)});`;
}

/** A script with the functions that analyze a page's picture and sound. */
export const SENSES = SOURCE;

/** Opens the stage in a studio. */
export async function openStage(studio: Page): Promise<void> {
  await studio.getByRole('button', { name: 'Invite guests' }).click();
  const dialog = studio.getByRole('dialog', { name: 'Invite guests' });
  await dialog.getByRole('button', { name: 'Open the stage' }).click();
  await studio.getByRole('group', { name: 'Scenes' }).waitFor();
}

/** Creates an invitation as the studio's owner, and returns the path of the guest page. */
export async function inviteFrom(
  studio: Page,
  channel: string,
  options: { uses?: number } = {},
): Promise<string> {
  const response = await studio.request.post(
    `${new URL(studio.url()).origin}/api/channels/${channel}/stage/invitations`,
    { data: options },
  );
  const { url } = (await response.json()) as CreatedStageInvitation;
  const { pathname, hash } = new URL(url);
  return pathname + hash;
}

/** Opens the guest page and enters the green room. */
export async function enterGreenRoom(
  stage: Stage,
  path: string,
  {
    name,
    looks,
    viewport,
  }: { name: string; looks: Looks; viewport?: { width: number; height: number } },
): Promise<Page> {
  const page = await stage.visit(path, {
    initScripts: [devicesOf(looks)],
    ...(viewport && { viewport }),
  });
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await page.getByText('The host can see you.').first().waitFor();
  return page;
}

/** A point in a picture, as fractions of its width and height. */
type Point = readonly [x: number, y: number];

/** Returns the name of the nearest color, or null if none is near. */
function nameOf(seen: readonly number[]): ColorName | null {
  const near = (Object.keys(COLORS) as ColorName[]).find((name) =>
    COLORS[name].every((part, index) => Math.abs(part - (seen[index] ?? 0)) < 60),
  );
  return near ?? null;
}

/** Returns the colors that a page's video shows at points. */
export async function colorsAt(
  page: Page,
  points: readonly Point[],
): Promise<(ColorName | null)[]> {
  const seen = await page
    .locator('video')
    .first()
    .evaluate((video, at) => {
      const { readColors } = globalThis as unknown as {
        readColors: (video: unknown, points: unknown) => number[][];
      };
      return readColors(video, at);
    }, points);
  return seen.map(nameOf);
}

/** Waits until a page's video shows these colors at these points. */
export async function shows(
  page: Page,
  points: readonly Point[],
  colors: readonly (ColorName | null)[],
): Promise<void> {
  await expect.poll(() => colorsAt(page, points), { ...WAIT, interval: 200 }).toEqual(colors);
}

/** Returns which of the given pitches are audible in the sound of a page's video. */
export async function pitchesIn(page: Page, pitchesHz: readonly number[]): Promise<number[]> {
  const levels = await page
    .locator('video')
    .first()
    .evaluate((video, pitches) => {
      type Player = { srcObject: { getAudioTracks(): unknown[] } | null };
      const { hearPitches } = globalThis as unknown as {
        hearPitches: (track: unknown, pitches: unknown) => Promise<number[]>;
      };
      const track = (video as unknown as Player).srcObject?.getAudioTracks()[0];
      return track === undefined ? [] : hearPitches(track, pitches);
    }, pitchesHz);
  return pitchesHz.filter((_, index) => (levels[index] ?? -200) > -60);
}
