import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { hasFfmpegReaders } from '../support/ffmpeg-reader.js';
import { FfmpegRtmpServer } from '../support/rtmp-server.js';
import { Stage } from '../support/stage.js';

describe.skipIf(!hasFfmpegReaders)('the studio', () => {
  let stage: Stage;
  let target: FfmpegRtmpServer;
  beforeAll(async () => {
    target = await FfmpegRtmpServer.start();
    stage = await Stage.open({ WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' });
  });
  afterAll(async () => {
    await stage?.close();
    await target?.close();
  });

  it('adds, switches, edits and removes restreams, and reports their state', async () => {
    const page = await stage.studioOf('rita');
    await page.getByRole('button', { name: 'Settings' }).click();
    const settings = page.getByRole('dialog', { name: 'Settings' });
    await settings.getByRole('button', { name: 'Add service' }).click();
    await settings.getByLabel('Service', { exact: true }).selectOption('Another server');
    await settings.getByLabel('Name', { exact: true }).fill('My server');
    await settings.getByLabel('Server', { exact: true }).fill('https://example.com/whip');
    await settings.getByLabel('Token', { exact: true }).waitFor();
    const shownBySrtServer = 'srt://example.com:9001?streamid=our-id&passphrase=long-enough';
    await settings.getByLabel('Server', { exact: true }).fill(shownBySrtServer);
    const server = settings.getByLabel('Server', { exact: true });
    expect(await server.inputValue()).toBe('srt://example.com:9001');
    expect(await settings.getByLabel('Stream ID', { exact: true }).inputValue()).toBe('our-id');
    const passphrase = settings.getByLabel('Passphrase', { exact: true });
    expect(await passphrase.inputValue()).toBe('long-enough');
    expect(await seriousOn(page)).toEqual([]);
    await settings.getByLabel('Server', { exact: true }).fill('http://example.com');
    await settings.getByLabel('Stream key').fill('a secret key');
    const save = settings.getByRole('button', { name: 'Add service' });
    await save.click();
    await settings.getByText(/starts with rtmp/).waitFor();
    await settings.getByLabel('Server', { exact: true }).fill(target.url);
    await save.click();
    const list = settings.getByRole('list', { name: 'Restreams' });
    await list.getByText('Starts with your broadcast').waitFor();
    expect(await page.content()).not.toContain('a secret key');
    await list.getByRole('switch', { name: /My server/ }).uncheck();
    await list.getByText('Off', { exact: true }).waitFor();
    await list.getByRole('switch', { name: /My server/ }).check();
    await list.getByText('Starts with your broadcast').waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await list.getByRole('button', { name: 'Edit My server' }).click();
    await list.getByLabel('Name', { exact: true }).fill('Our server');
    expect(await list.getByLabel('New stream key').inputValue()).toBe('');
    await list.getByLabel('Server', { exact: true }).fill('rtmps://other.example.com/live');
    await list.getByRole('button', { name: 'Save' }).click();
    await list.getByText(/enter the stream key or token again/i).waitFor();
    expect(await seriousOn(page)).toEqual([]);
    await list.getByLabel('Server', { exact: true }).fill(target.url);
    await list.getByRole('button', { name: 'Save' }).click();
    await list.getByRole('switch', { name: /Our server/ }).waitFor();

    // Secrets for an SRT server are not kept for another one.
    await settings.getByRole('button', { name: 'Add service' }).click();
    await settings.getByLabel('Service', { exact: true }).selectOption('Another server');
    await settings.getByLabel('Name', { exact: true }).fill('Relay');
    await settings.getByLabel('Server', { exact: true }).fill('srt://example.com:9001');
    await settings.getByLabel('Passphrase').fill('a long passphrase');
    await save.click();
    await list.getByRole('button', { name: 'Edit Relay' }).click();
    await list.getByLabel('Server', { exact: true }).fill('srt://example.com:9002');
    await list.getByText(/Without it, the stream isn’t encrypted/).waitFor();
    await list.getByRole('button', { name: 'Save' }).click();
    await list.getByRole('button', { name: 'Remove Relay' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await list.getByRole('button', { name: 'Remove Relay' }).waitFor({ state: 'hidden' });
    await settings.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Go live' }).click();
    await page.getByRole('tab', { name: 'Health' }).click();
    const panel = page.getByRole('tabpanel', { name: 'Health' });
    await panel.getByText(/Connected, .*bit\/s/).waitFor();
    expect(await seriousOn(page)).toEqual([]);

    await page.getByRole('button', { name: 'Settings' }).first().click();
    await list.getByText(/Connected, .*bit\/s/).waitFor();
    await list.getByRole('button', { name: 'Remove Our server' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await list.getByRole('button', { name: 'Remove Our server' }).waitFor({ state: 'hidden' });
    const streams = await target.received();
    expect(streams.map(({ codec }) => codec).toSorted()).toEqual(['aac', 'h264']);
  });
});
