import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Stage, WAIT } from '../support/stage.js';
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
const BOB = { camera: 'green', toneHz: 1_000 } as const;
const CID = { camera: 'blue', toneHz: 2_000 } as const;
const PITCHES = [HOST.toneHz, BOB.toneHz, CID.toneHz];
const HALVES = [
  [0.25, 0.3],
  [0.75, 0.3],
] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open({ MIX_MAX: '1', GRACE_SECONDS: '5' });
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(() => stage?.close());

const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

const hears = async (page: Page, pitches: readonly number[]) => {
  await expect.poll(() => pitchesIn(page, PITCHES), WAIT).toEqual(pitches);
};

/** Returns the process id of the server's latest mixer. */
function mixerPid(): number {
  const started = [...stage.server.output.matchAll(/^.*mixer started.*$/gm)].at(-1)?.[0] ?? '';
  const pid = Number(/pid["=:]+\s*(\d+)/.exec(started)?.[1]);
  expect(pid).toBeGreaterThan(1);
  return pid;
}

/** Starts a live broadcast that the server mixes, with the host and Bob on stage, and a viewer. */
async function mixedOnServer(channel: string) {
  const studio = await stage.studioOf(channel, { initScripts: [devicesOf(HOST)] });
  await openStage(studio);
  const invitation = await inviteFrom(studio, channel, { uses: 5 });
  const bob = await enterGreenRoom(stage, invitation, { name: 'Bob', looks: BOB });
  await press(studio, 'Bring on stage');
  await studio.getByRole('tab', { name: 'Get ready' }).click();
  await press(studio, 'Go live');
  await stage.isInState(channel, 'live');
  const viewer = await stage.visit(`/${channel}`, { initScripts: [SENSES] });
  await shows(viewer, HALVES, ['red', 'green']);
  await studio.getByRole('tab', { name: 'Guests' }).click();
  await press(studio, 'Mix on the server');
  await studio.getByRole('dialog').getByRole('button', { name: 'Mix on the server' }).click();
  await studio.getByText('The server is mixing.').waitFor();
  await expect
    .poll(async () => (await stage.channel(channel)).broadcast, WAIT)
    .toMatchObject({ state: 'live', source: 'mixer' });
  return { studio, invitation, bob, viewer };
}

describe.skipIf(process.env.MIX_PYTHON_BIN === '')('the server’s mix', () => {
  it('shows and plays everyone on stage, and survives the loss of guests and of its own process', async () => {
    const { studio, invitation, bob, viewer } = await mixedOnServer('ann');
    await shows(viewer, HALVES, ['red', 'green']);
    await hears(viewer, [500, 1_000]);

    await studio.keyboard.press('2');
    await shows(viewer, HALVES, ['red', 'red']);
    await studio.keyboard.press('1');
    await shows(viewer, HALVES, ['red', 'green']);

    // A process that is killed like this has no chance to end the broadcast.
    const killed = mixerPid();
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => mixerPid(), WAIT).not.toBe(killed);
    await shows(viewer, HALVES, ['red', 'green']);
    await hears(viewer, [500, 1_000]);

    const cid = await enterGreenRoom(stage, invitation, { name: 'Cid', looks: CID });
    await press(studio, 'Bring on stage');
    await shows(viewer, [[0.83, 0.4]], ['blue']);
    await hears(viewer, PITCHES);
    // A guest's browser exits without notice.
    await cid.context().close();
    await hears(viewer, [500, 1_000]);

    // The host leaves, and the programme continues with the guest.
    await studio.close();
    await shows(viewer, [[0.5, 0.5]], ['green']);
    await hears(viewer, [1_000]);
    expect((await stage.channel('ann')).broadcast?.state).toBe('live');

    // When the last participant leaves, the broadcast ends after the grace period.
    await press(bob, 'Leave');
    await bob.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await stage.isInState('ann', null);
  });
});
