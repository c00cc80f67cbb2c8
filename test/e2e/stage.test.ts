import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { stageTest as it } from '../support/fixtures/stage.js';
import { type Stage, WAIT } from '../support/stage.js';
import {
  devicesOf,
  enterGreenRoom,
  inviteFrom,
  openStage,
  pitchesIn,
  SENSES,
  shows,
} from '../support/stage-people.js';

const HOST = { camera: 'red', toneHz: 500 } as const;
const BOB = { camera: 'green', screen: 'yellow', toneHz: 1_000 } as const;
const CID = { camera: 'blue', toneHz: 2_000 } as const;
const PITCHES = [HOST.toneHz, BOB.toneHz, CID.toneHz];
const PHONE = { width: 390, height: 844 };

const HALVES = [
  [0.25, 0.5],
  [0.75, 0.5],
] as const;
const THIRDS = [
  [0.17, 0.5],
  [0.5, 0.5],
  [0.83, 0.5],
] as const;
const CENTER = [[0.5, 0.5]] as const;

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

const bringOnStage = (studio: Page): Promise<void> => press(studio, 'Bring on stage');

async function goLive(stage: Stage, studio: Page, channel: string): Promise<void> {
  await studio.getByRole('tab', { name: 'Get ready' }).click();
  await press(studio, 'Go live');
  await stage.isInState(channel, 'live');
}

/** Starts a live broadcast with one guest on stage, and a viewer. */
async function withGuest(stage: Stage, channel: string) {
  const studio = await stage.studioOf(channel, { initScripts: [devicesOf(HOST)] });
  await openStage(studio);
  const invitation = await inviteFrom(studio, channel, { uses: 5 });
  const bob = await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });
  await bringOnStage(studio);
  await goLive(stage, studio, channel);
  await bob.getByText('You are live.').first().waitFor();
  const viewer = await stage.visit(`/${channel}`, { initScripts: [SENSES] });
  await shows(viewer, HALVES, ['red', 'green']);
  return { studio, invitation, bob, viewer };
}

describe('a stage with guests', () => {
  it('shows and plays the host and the guests to viewers, over WebRTC and HLS', async ({
    stage,
  }) => {
    const studio = await stage.studioOf('ann', { initScripts: [devicesOf(HOST)] });
    await openStage(studio);
    const invitation = await inviteFrom(studio, 'ann', { uses: 5 });
    const bob = await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });

    // The host sees who is waiting, but the programme doesn't show them.
    await studio
      .getByRole('region', { name: 'Waiting' })
      .getByText('Camera and microphone on')
      .waitFor();
    await shows(studio, CENTER, ['red']);
    await bringOnStage(studio);
    await bob.getByText('You are on stage.').first().waitFor();
    await shows(studio, HALVES, ['red', 'green']);

    await goLive(stage, studio, 'ann');
    await bob.getByText('You are live.').first().waitFor();
    const viewer = await stage.visit('/ann', { initScripts: [SENSES] });
    const hlsViewer = await stage.visit('/ann?mode=hls', { initScripts: [SENSES] });
    for (const page of [viewer, hlsViewer]) await shows(page, HALVES, ['red', 'green']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);

    const looks = { name: 'Cid', looks: CID, viewport: PHONE };
    const cid = await enterGreenRoom(stage, invitation, looks);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);
    await bringOnStage(studio);
    await cid.getByText('You are live.').first().waitFor();
    for (const page of [viewer, hlsViewer]) await shows(page, THIRDS, ['red', 'green', 'blue']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual(PITCHES);
  });

  it('switches scenes by key and click, and previews a scene before viewers see it', async ({
    stage,
  }) => {
    const { studio, viewer } = await withGuest(stage, 'berta');
    await studio.keyboard.press('2');
    await shows(viewer, HALVES, ['red', 'red']);
    await press(studio, 'Preview scenes first');
    await studio.getByRole('button', { name: 'Side by side' }).click();
    await studio.getByRole('img', { name: 'Scene preview' }).waitFor();
    await shows(viewer, HALVES, ['red', 'red']);
    await press(studio, 'Show to viewers');
    await shows(viewer, HALVES, ['red', 'green']);
  });

  it('mutes and removes guests, who can’t return with the same invitation', async ({ stage }) => {
    const { studio, bob, viewer } = await withGuest(stage, 'clara');
    await press(studio, 'Mute Bob');
    await bob.getByText('The host muted you.').first().waitFor();
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500]);
    await press(studio, 'Unmute Bob');
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);

    await press(studio, 'More for Bob');
    await studio.getByRole('menuitem', { name: 'Remove' }).click();
    await studio.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await bob.getByRole('heading', { name: 'The host removed you' }).waitFor();
    await shows(viewer, HALVES, ['red', 'red']);
    await bob.reload();
    await bob.getByRole('textbox', { name: 'Your name' }).fill('Bob again');
    await press(bob, 'Enter');
    await bob.getByRole('heading', { name: 'You can’t enter with this link' }).waitFor();
    expect((await stage.channel('clara')).broadcast?.state).toBe('live');
  });

  it('lets a guest share a screen if the host allows it, and ends the sharing if not', async ({
    stage,
  }) => {
    const { studio, bob, viewer } = await withGuest(stage, 'dora');
    expect(await bob.getByRole('button', { name: 'Share screen' }).count()).toBe(0);
    await press(studio, 'More for Bob');
    await studio.getByRole('menuitem', { name: 'Allow screen sharing' }).click();
    await press(bob, 'Share screen');
    await studio.getByRole('button', { name: 'Screen', exact: true }).click();
    await shows(viewer, [[0.3, 0.5]], ['yellow']);
    await press(studio, 'More for Bob');
    await studio.getByRole('menuitem', { name: 'Don’t allow screen sharing' }).click();
    await bob.getByText('The host stopped your screen sharing.').waitFor();
    await shows(viewer, [[0.3, 0.5]], ['red']);
  });

  it('sends the camera and microphone of a guest who leaves and enters again', async ({
    stage,
  }) => {
    const { studio, bob, viewer } = await withGuest(stage, 'gerda');
    await press(bob, 'Leave');
    await bob.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await press(bob, 'Enter again');
    await bob.getByLabel('Preview of your camera').waitFor();
    await press(bob, 'Enter');
    await studio
      .getByRole('region', { name: 'Waiting' })
      .getByText('Camera and microphone on')
      .waitFor();
    await bringOnStage(studio);
    await bob.getByText('Viewers can see and hear you.').first().waitFor();
    await shows(viewer, HALVES, ['red', 'green']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);
  });

  it('keeps the guests’ places when they or the host reload', async ({ stage }) => {
    const { studio, bob, viewer } = await withGuest(stage, 'emma');
    await bob.reload();
    await bob.getByText('You are live.').first().waitFor();
    await shows(viewer, HALVES, ['red', 'green']);

    await studio.reload();
    await studio.getByRole('group', { name: 'Scenes' }).waitFor();
    await press(studio, 'Resume broadcast');
    await stage.isInState('emma', 'live');
    await shows(viewer, HALVES, ['red', 'green']);
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500, 1_000]);
    await bob.getByText('You are live.').first().waitFor();
  });

  it('keeps the scene and the volumes when the host reloads', async ({ stage }) => {
    const { studio, viewer } = await withGuest(stage, 'greta');
    await studio.getByRole('slider', { name: 'Volume for Bob' }).fill('0');
    await expect.poll(() => pitchesIn(viewer, PITCHES), WAIT).toEqual([500]);
    await studio.getByRole('button', { name: 'Solo', exact: true }).click();
    await shows(viewer, HALVES, ['red', 'red']);

    await studio.reload();
    await studio.getByRole('button', { name: 'Solo', pressed: true }).waitFor();
    await press(studio, 'Resume broadcast');
    await stage.isInState('greta', 'live');
    const volume = studio.getByRole('slider', { name: 'Volume for Bob' });
    await expect.poll(() => volume.inputValue(), WAIT).toBe('0');
    await shows(viewer, HALVES, ['red', 'red']);
  });

  it('closes with the broadcast, so that guests no longer see the host', async ({ stage }) => {
    const { studio, bob } = await withGuest(stage, 'hanna');
    await press(studio, 'End broadcast');
    const question = studio.getByRole('dialog');
    await question.getByText('Guests leave the stage, too.').waitFor();
    await question.getByRole('button', { name: 'End broadcast' }).click();
    await studio.getByRole('heading', { name: 'Broadcast ended' }).waitFor();
    await bob.getByText('The host has closed the stage.').waitFor();

    // Neither going back nor reloading opens it again.
    await press(studio, 'Back to studio');
    await studio.reload();
    await studio.getByRole('button', { name: 'Go live' }).waitFor();
    await studio.getByRole('button', { name: 'Invite guests' }).waitFor();
    expect(await studio.getByRole('group', { name: 'Scenes' }).count()).toBe(0);
  });

  it('moves to another tab of the host and back, with its guests', async ({ stage }) => {
    const studio = await stage.studioOf('ida', { initScripts: [devicesOf(HOST)] });
    await openStage(studio);
    const invitation = await inviteFrom(studio, 'ida');
    await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });
    await bringOnStage(studio);
    await shows(studio, HALVES, ['red', 'green']);

    const other = await studio.context().newPage();
    await other.goto(studio.url());
    await openStage(other);
    await shows(other, HALVES, ['red', 'green']);
    await studio.getByText('You opened the stage in another tab').waitFor();
    expect(await studio.getByRole('button', { name: 'Invite guests' }).count()).toBe(0);

    await press(studio, 'Take the stage back');
    await other.getByText('You opened the stage in another tab').waitFor();
    await shows(studio, HALVES, ['red', 'green']);
  });
});

describe('a visitor with an invitation', () => {
  it('reads why they can’t enter, or waits until the stage is open', async ({ stage }) => {
    const studio = await stage.studioOf('fanny', { initScripts: [devicesOf(HOST)] });
    const invitation = await inviteFrom(studio, 'fanny');
    const incomplete = await stage.visit('/stage/fanny');
    await incomplete.getByRole('heading', { name: 'This link is incomplete' }).waitFor();

    const early = await stage.visit(invitation, { initScripts: [devicesOf(BOB)] });
    await early.getByRole('textbox', { name: 'Your name' }).fill('Bob');
    await press(early, 'Enter');
    await early.getByText('The host has not opened the stage.').waitFor();
    await openStage(studio);
    await early.getByText('The host can see you.').first().waitFor();

    const second = await stage.visit(invitation, { initScripts: [devicesOf(CID)] });
    await second.getByRole('textbox', { name: 'Your name' }).fill('Cid');
    await press(second, 'Enter');
    await second.getByText('This invitation has been used.').waitFor();

    await studio.getByRole('textbox', { name: 'Chat backstage' }).fill('Hello Bob');
    await press(studio, 'Send to backstage');
    await early.getByText('Hello Bob').waitFor();
    await press(early, 'Leave');
    await early.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await early.getByRole('heading', { name: 'You left the stage' }).waitFor();
    await studio.getByText('No one is waiting.').waitFor();
  });
});
