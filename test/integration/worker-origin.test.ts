import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWorkerOrigin } from '../../src/sfu/worker-origin.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { workerBin } from '../support/worker-bin.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-origin-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the origin of a media worker', () => {
  const program = () => join(folder, 'mediasoup-worker');
  it('is what the setup recorded beside it', async () => {
    await writeFile(join(folder, 'origin'), 'built 0123456789abcdef\nparts gso openssl\n');
    expect(await readWorkerOrigin(program())).toEqual({
      origin: 'built',
      parts: ['gso', 'openssl'],
    });
    await writeFile(join(folder, 'origin'), 'built 0123456789abcdef\nparts\n');
    expect(await readWorkerOrigin(program())).toEqual({ origin: 'built', parts: [] });
    await writeFile(join(folder, 'origin'), 'prebuilt 0123456789abcdef\n');
    expect(await readWorkerOrigin(program())).toEqual({ origin: 'prebuilt', parts: [] });
  });

  it('is “given” without that file', async () => {
    const elsewhere = join(folder, 'elsewhere', 'mediasoup-worker');
    expect(await readWorkerOrigin(elsewhere)).toEqual({ origin: 'given', parts: [] });
  });
});

describe('the metrics of media workers', () => {
  let server: TestApp;
  const metric = async (name: string) => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(`${name}{`));
  };
  afterAll(() => server.close());

  it('show which worker runs, and its counters', async () => {
    server = await startTestApp();
    const { origin } = await readWorkerOrigin(workerBin() ?? null);
    expect(await metric('onair_worker_info')).toEqual([
      expect.stringMatching(new RegExp(`origin="${origin}",parts="[a-z ]*"} 1$`)),
    ]);
    const counts = await metric('onair_worker_udp_total');
    expect(counts.length).toBeGreaterThan(8);
    expect(counts).toContain('onair_worker_udp_total{worker="0",what="dropped"} 0');
  });
});
