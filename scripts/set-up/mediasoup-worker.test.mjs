import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { obtainWorker, OwnWorker, readManifest } from './mediasoup-worker.mjs';

/** Stands in for the Node binary, which only checks that the worker starts. */
const NODE = '/bin/true';
const WORKER = '#!/bin/sh\nexit 41\n';

let folder = '';
let said = '';
const report = {
  begin: (/** @type {string} */ text) => {
    said += `${text}\n`;
  },
  detail: () => undefined,
};
/** @type {Buffer} */
let archive;
const server = createServer((_request, response) => response.end(archive));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-worker-'));
  said = '';
  await writeFile(join(folder, 'mediasoup-worker'), WORKER, { mode: 0o755 });
  archive = execFileSync('tar', ['-C', folder, '-cz', 'mediasoup-worker']);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const { port } = typeof address === 'object' && address !== null ? address : { port: 0 };
  vi.stubEnv('XDG_CACHE_HOME', folder);
  vi.stubEnv('MEDIASOUP_WORKER_BIN', '');
  vi.stubEnv('MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL', `http://127.0.0.1:${port}`);
  const checksum = createHash('sha256').update(archive).digest('hex');
  vi.stubEnv('MEDIASOUP_WORKER_PREBUILT_SHA256', checksum);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** Puts a program where our own worker belongs. */
async function placeOwn() {
  const { place } = await OwnWorker.find(await readManifest());
  await place.obtain({
    onWait: () => undefined,
    make: async (workshop) => {
      const program = join(workshop, 'own');
      await writeFile(program, WORKER, { mode: 0o755 });
      return { program, parts: [] };
    },
  });
  return place.program;
}

test('a prebuilt worker is used at once, while our own is built in the background', async () => {
  vi.stubEnv('MEDIASOUP_WORKER_BUILD', 'background');
  const program = await obtainWorker({ node: NODE, report });
  expect(program).toContain('prebuilt-');
  expect(await readFile(program, 'utf8')).toBe(WORKER);
  expect(said).toContain('in the background');
  const own = await placeOwn();
  expect(await obtainWorker({ node: NODE, report })).toBe(own);
});

test('a failed background build is not retried', async () => {
  vi.stubEnv('MEDIASOUP_WORKER_BUILD', 'background');
  const { place } = await OwnWorker.find(await readManifest());
  await place.recordFailure('no compiler');
  await obtainWorker({ node: NODE, report });
  expect(said).not.toContain('in the background');
  expect(await readdir(place.folder)).toEqual(['failed']);
});

test('with “never”, the prebuilt worker is used even if our own exists', async () => {
  vi.stubEnv('MEDIASOUP_WORKER_BUILD', 'never');
  await placeOwn();
  expect(await obtainWorker({ node: NODE, report })).toContain('prebuilt-');
  expect(said).not.toContain('in the background');
});

test('with “now”, our own worker is used even if a prebuilt one exists', async () => {
  vi.stubEnv('MEDIASOUP_WORKER_BUILD', 'now');
  const own = await placeOwn();
  expect(await obtainWorker({ node: NODE, report })).toBe(own);
});

test('leaving out the part “gso” needs no separate build; leaving out any other part does', async () => {
  const folderOf = async (/** @type {string} */ parts) => {
    vi.stubEnv('MEDIASOUP_WORKER_PARTS', parts);
    return (await OwnWorker.find(await readManifest())).place.folder;
  };
  const all = await folderOf('');
  expect(await folderOf('openssl,jemalloc')).toBe(all);
  expect(await folderOf('gso,openssl')).not.toBe(all);
});
