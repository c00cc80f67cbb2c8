import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { WAIT } from '../support/stage.js';
import { framesAdvance } from '../support/video.js';
import { stageTest as it } from '../support/fixtures/stage.js';

const press = (studio: Page, name: string): Promise<void> =>
  studio.getByRole('button', { name, exact: true }).click();

describe('the studio', () => {
  it('switches between camera and screen while live, without interrupting viewers', async ({
    stage,
  }) => {
    const studio = await stage.goLive('anna');
    const viewer = await stage.visit('/anna');
    await framesAdvance(viewer);
    const before = (await stage.channel('anna')).broadcast?.id;

    await press(studio, 'Share screen');
    await studio.getByText('Sharing your screen').waitFor();
    await framesAdvance(viewer, 5);
    // With the camera stopped, only the screen remains.
    await press(studio, 'Stop camera');
    await framesAdvance(viewer, 5);
    await press(studio, 'Start camera');
    await press(studio, 'Stop sharing');
    await studio.getByText('Sharing your screen').waitFor({ state: 'detached' });
    await framesAdvance(viewer);

    const { broadcast } = await stage.channel('anna');
    expect(broadcast).toMatchObject({ id: before, state: 'live' });
  });

  it('continues with audio alone, and resumes video when the camera returns', async ({ stage }) => {
    const studio = await stage.goLive('berta');
    const viewer = await stage.visit('/berta');
    await framesAdvance(viewer);
    await press(studio, 'Stop camera');
    await studio.getByText('Viewers can hear you but not see you.').waitFor();
    await press(studio, 'Mute microphone');
    await studio.getByText('Viewers can neither see nor hear you.').waitFor();
    await press(studio, 'Unmute microphone');
    await press(studio, 'Start camera');
    await framesAdvance(viewer);
    expect((await stage.channel('berta')).broadcast?.state).toBe('live');
  });

  it('changes the title while live, for viewers as well', async ({ stage }) => {
    const studio = await stage.goLive('clara');
    const viewer = await stage.visit('/clara');
    await press(studio, 'Edit title');
    await studio.getByRole('textbox', { name: 'Title' }).fill('Now with cats');
    await studio.keyboard.press('Enter');
    await viewer.getByText('Now with cats').first().waitFor();
    expect(await studio.getByRole('heading', { level: 1 }).textContent()).toBe('Now with cats');
  });

  it('shows health in plots and per layer, and a summary after the end', async ({ stage }) => {
    const studio = await stage.goLive('dora');
    await studio.getByRole('tab', { name: /Health/ }).click();
    const rows = studio.getByRole('table').getByRole('row');
    // Three rows for the video layers, one for the audio, and one for the headings.
    await expect.poll(() => rows.count(), WAIT).toBe(5);
    for (const plot of ['Bitrate', 'Frames per second', 'Loss', 'Round trip'])
      await studio.getByRole('img', { name: plot }).waitFor();
    // The panel scrolls, but the page doesn't, so that the controls stay visible.
    await studio.setViewportSize({ width: 1280, height: 700 });
    expect(await studio.evaluate('document.documentElement.scrollHeight - innerHeight')).toBe(0);

    await press(studio, 'End broadcast');
    await studio.getByRole('dialog').getByRole('button', { name: 'End broadcast' }).click();
    await studio.getByRole('heading', { name: 'Broadcast ended' }).waitFor();
    await press(studio, 'Back to studio');
    await studio.getByRole('button', { name: 'Go live' }).waitFor();
    await stage.isInState('dora', null);
  });
});
