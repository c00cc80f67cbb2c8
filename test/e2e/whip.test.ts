import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IngestView } from '../../src/protocol/ingest.js';
import { seriousOn } from '../support/accessibility.js';
import { serveOtherSite } from '../support/other-site.js';
import { Stage, WAIT } from '../support/stage.js';
import { freeRtcPort, UdpProxy } from '../support/udp-proxy.js';
import { framesAdvance, videoOf } from '../support/video.js';
import { WeriftPublisher } from '../support/werift-publisher.js';
import type { LocalServer } from '../support/local-server.js';

let stage: Stage;
let site: LocalServer;
/** The network between the clients and the server's media port. */
let network: UdpProxy;
beforeAll(async () => {
  const port = await freeRtcPort();
  stage = await Stage.open({ RTC_PORT: String(port), RTC_WORKERS: '1' });
  network = await UdpProxy.to(port);
  site = await serveOtherSite('whip-clients.js');
});
afterEach(({ task }) => stage.clear(task.result?.state === 'fail'));
afterAll(async () => {
  await stage?.close();
  await site?.close();
  await network?.close();
});

/** Opens the studio of a new channel and reads its stream key from the page. */
async function studioWithKey(name: string): Promise<{ studio: Page; key: string }> {
  const studio = await stage.studioOf(name);
  await studio.getByRole('button', { name: 'Stream with OBS or another encoder' }).click();
  const dialog = studio.getByRole('dialog', { name: 'Stream with OBS or another encoder' });
  await dialog.getByText(`${stage.server.url}/whip/${name}`, { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Create stream key' }).click();
  const key = (await dialog.getByText(/^live_[\w-]{43}$/).textContent()) ?? '';
  await dialog.getByRole('tab', { name: 'FFmpeg' }).click();
  await dialog.getByText(`-authorization ${key}`).waitFor();
  expect(await seriousOn(studio)).toEqual([]);
  await dialog.getByRole('button', { name: 'Done' }).click();
  return { studio, key };
}

async function publish(
  client: 'medooze' | 'eyevinn' | 'simulcast',
  name: string,
  key: string,
): Promise<Page> {
  const page = await stage.visit('/', { url: site.url, initScripts: [network.pageScript] });
  const endpoint = `${stage.server.url}/whip/${name}`;
  await page.evaluate(`whip.${client}(${JSON.stringify(endpoint)}, ${JSON.stringify(key)})`);
  await stage.isInState(name, 'live');
  return page;
}

describe('a WHIP client on another site', () => {
  it.each(['medooze', 'eyevinn'] as const)(
    'of %s is live in the studio and for viewers, until it stops',
    async (client) => {
      const { studio, key } = await studioWithKey(client);
      const publisher = await publish(client, client, key);
      await studio.getByText('Live from OBS or another encoder').waitFor();
      await studio.getByText('Your channel is live.').waitFor();
      await studio.getByText('Everything is arriving as expected.').waitFor();
      await studio.getByRole('table', { name: 'Now receiving' }).getByText('H264').waitFor();
      const viewer = await stage.visit(`/${client}`);
      await framesAdvance(viewer);
      await publisher.evaluate('whip.stop()');
      await stage.isInState(client, null);
      await studio.getByRole('button', { name: 'Go live' }).waitFor();
      await expect.poll(async () => (await stage.channel(client)).lastLiveAt, WAIT).not.toBeNull();
    },
  );

  it('resumes its session after a short network outage', async () => {
    const { key } = await studioWithKey('cut');
    await publish('medooze', 'cut', key);
    const viewer = await stage.visit('/cut?mode=webrtc');
    await framesAdvance(viewer);
    await network.goDown();
    const { frames } = await videoOf(viewer);
    await pause(5_000);
    // Buffered frames may still be shown.
    expect((await videoOf(viewer)).frames - frames).toBeLessThan(30);
    await network.comeBack();
    await framesAdvance(viewer);
    await stage.isInState('cut', 'live');
  });

  it.each(['webrtc', 'hls'])('with H.264 high reaches viewers over %s', async (mode) => {
    const name = `high-${mode}`;
    const { key } = await studioWithKey(name);
    const obs = new WeriftPublisher({
      url: stage.server.url,
      channel: name,
      key,
      film: { video: 'h264', profile: 'high', audio: true },
    });
    expect(await obs.publish()).toMatchObject({ status: 201 });
    try {
      await stage.isInState(name, 'live');
      await framesAdvance(await stage.visit(`/embed/${name}?mode=${mode}&muted`), 30);
    } finally {
      await obs.end();
    }
  });

  it('has its layers sorted, no matter how their rids are named', async () => {
    const { studio, key } = await studioWithKey('layers');
    await publish('simulcast', 'layers', key);
    const streamsOf = async (): Promise<number[]> => {
      const answer = await studio.request.get(`${stage.server.url}/api/channels/layers/ingest`);
      const { tracks } = (await answer.json()) as IngestView;
      return tracks[0]?.streams.map(({ bitrateBps }) => bitrateBps) ?? [];
    };
    await expect
      .poll(async () => {
        const rates = await streamsOf();
        return rates.length === 3 && rates.every((rate, i) => rate > (rates[i - 1] ?? 0));
      }, WAIT)
      .toBe(true);
    await framesAdvance(await stage.visit('/layers'), 20);
  });

  it('continues after an ICE restart', async () => {
    const { key } = await studioWithKey('restart');
    const publisher = await publish('medooze', 'restart', key);
    const viewer = await stage.visit('/restart');
    await framesAdvance(viewer);
    await publisher.evaluate('whip.restart()');
    await expect
      .poll(() => publisher.evaluate('peer.iceConnectionState'), WAIT)
      .toMatch(/^(?:connected|completed)$/);
    await framesAdvance(viewer, 20);
    expect((await stage.channel('restart')).broadcast?.state).toBe('live');
  });

  it('is disconnected when the owner regenerates the key', async () => {
    const { studio, key } = await studioWithKey('rotated');
    await publish('medooze', 'rotated', key);
    await studio.getByRole('tab', { name: 'Share' }).click();
    await studio.getByRole('button', { name: 'Stream with OBS or another encoder' }).click();
    await studio.getByRole('button', { name: 'Create new key' }).click();
    const question = studio.getByRole('dialog', { name: 'Create a new stream key?' });
    await question.getByRole('button', { name: 'Create new key' }).click();
    await stage.isInState('rotated', 'interrupted');
    const { broadcast } = await stage.channel('rotated');
    expect(broadcast).toMatchObject({ source: 'whip', state: 'interrupted' });
  });

  it('is ended by its owner in the studio', async () => {
    const { studio, key } = await studioWithKey('ended');
    await publish('eyevinn', 'ended', key);
    await studio.getByRole('button', { name: 'End broadcast' }).click();
    await studio
      .getByRole('dialog', { name: 'End this broadcast?' })
      .getByRole('button', { name: 'End broadcast' })
      .click();
    await stage.isInState('ended', null);
    await expect.poll(async () => (await stage.channel('ended')).lastLiveAt, WAIT).not.toBeNull();
  });
});
