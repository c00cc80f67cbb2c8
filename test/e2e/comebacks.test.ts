import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { say, WAIT } from '../support/stage.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { framesAdvance } from '../support/video.js';
import { useStage } from '../support/fixtures/use-stage.js';

const stage = useStage();

/** Returns the process ids of the service's media workers. */
const workerPids = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(stage.server.pid)], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes('mediasoup'))
    .map((line) => Number.parseInt(line, 10));

describe('recovery', () => {
  it('a viewer who reloads continues watching and chatting', async () => {
    const studio = await stage.goLive('rita');
    const viewer = await stage.visit('/rita');
    await framesAdvance(viewer);
    await say(studio, 'before the reload');
    await viewer.getByText('before the reload').waitFor();
    await viewer.reload();
    await framesAdvance(viewer);
    await viewer.getByText('before the reload').waitFor();
    await expect.poll(async () => (await stage.channel('rita')).viewers, WAIT).toBe(1);
  });

  it('a broadcaster who reloads resumes the same broadcast, and viewers follow automatically', async () => {
    const studio = await stage.goLive('sara');
    const viewer = await stage.visit('/sara');
    await framesAdvance(viewer);
    const before = (await stage.channel('sara')).broadcast?.id;
    studio.on('dialog', (dialog) => void dialog.accept());
    await studio.reload();
    await stage.isInState('sara', 'interrupted');
    await viewer
      .getByText(/reconnecting/i)
      .first()
      .waitFor();
    await studio.getByRole('button', { name: 'Resume broadcast' }).click();
    await stage.isInState('sara', 'live');
    expect((await stage.channel('sara')).broadcast?.id).toBe(before);
    await framesAdvance(viewer);
  });

  it('a broadcaster whose browser crashes can resume from another page', async () => {
    const studio = await stage.goLive('tina');
    const viewer = await stage.visit('/tina');
    await framesAdvance(viewer);
    const before = (await stage.channel('tina')).broadcast?.id;
    const context = studio.context();
    const other = await context.newPage();
    await studio.close({ runBeforeUnload: false });
    await stage.isInState('tina', 'interrupted');
    await other.goto(`${stage.server.url}/studio`);
    await other.getByRole('button', { name: 'Resume broadcast' }).click();
    await stage.isInState('tina', 'live');
    expect((await stage.channel('tina')).broadcast?.id).toBe(before);
    await framesAdvance(viewer);
  });

  it('everyone reconnects automatically after the server is killed', async () => {
    const studio = await stage.goLive('vera');
    const viewer = await stage.visit('/vera');
    await framesAdvance(viewer);
    await say(studio, 'said before the crash');
    await viewer.getByText('said before the crash').waitFor();
    const before = (await stage.channel('vera')).broadcast?.id ?? '';
    await stage.server.kill('SIGKILL');
    await stage.server.start();
    await stage.isInState('vera', 'live');
    await framesAdvance(viewer);
    await viewer.getByText('said before the crash').waitFor();
    await say(studio, 'said after the crash');
    await viewer.getByText('said after the crash').waitFor();
    const old = await fetch(`${stage.server.url}/api/broadcasts/${before}`);
    expect(await old.json()).toMatchObject({ state: 'ended', endReason: 'server_stopped' });
  });

  it('everyone reconnects automatically after the media workers die', async () => {
    await stage.goLive('wanda');
    const viewer = await stage.visit('/wanda');
    await framesAdvance(viewer);
    const before = (await stage.channel('wanda')).broadcast?.id;
    const pids = workerPids();
    expect(pids.length).toBe(2);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await expect.poll(() => workerPids().filter((pid) => !pids.includes(pid)).length, WAIT).toBe(2);
    await stage.isInState('wanda', 'live');
    expect((await stage.channel('wanda')).broadcast?.id).toBe(before);
    await framesAdvance(viewer);
  });

  it('a viewer misses no message during a network outage', async () => {
    const studio = await stage.goLive('xenia');
    const network = await TcpProxy.to(stage.server.url);
    try {
      const viewer = await stage.visit('/xenia', { url: network.url });
      await framesAdvance(viewer);
      // The chat is loaded after the first frame, over connections that would go silent.
      await say(studio, 'before the outage');
      await viewer.getByText('before the outage').waitFor();
      network.pull();
      for (const text of ['first', 'second', 'third']) await say(studio, `while away: ${text}`);
      await studio.getByText('while away: third').waitFor();
      // The server has noticed the outage once it no longer counts the viewer.
      await expect.poll(async () => (await stage.channel('xenia')).viewers, WAIT).toBe(0);
      network.comeBack();
      for (const text of ['first', 'second', 'third'])
        await viewer.getByText(`while away: ${text}`).waitFor();
      await framesAdvance(viewer);
    } finally {
      await network.close();
    }
  });

  it('a broadcaster resumes the same broadcast after a network outage', async () => {
    const network = await TcpProxy.to(stage.server.url);
    try {
      const studio = await stage.goLive('yara', { url: network.url });
      const viewer = await stage.visit('/yara');
      await framesAdvance(viewer);
      const before = (await stage.channel('yara')).broadcast?.id;
      network.pull();
      await stage.isInState('yara', 'interrupted');
      network.comeBack();
      await stage.isInState('yara', 'live');
      expect((await stage.channel('yara')).broadcast?.id).toBe(before);
      await framesAdvance(viewer);
      await studio.getByRole('button', { name: 'End broadcast' }).first().waitFor();
    } finally {
      await network.close();
    }
  });
});
