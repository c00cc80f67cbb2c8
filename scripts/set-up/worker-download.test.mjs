import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './paths.mjs';
import { downloadWorker, prebuiltUrl } from './worker-download.mjs';

test('the worker is where mediasoup 3.27.1 itself looks for it', async () => {
  const manifest = join(root, 'node_modules/mediasoup/package.json');
  const { repository } = JSON.parse(await readFile(manifest, 'utf8'));
  const machine = { platform: 'linux', arch: 'x64', kernel: '6.1.0-13-amd64', baseUrl: undefined };
  expect(prebuiltUrl({ version: '3.27.1', repository: repository.url, ...machine })).toBe(
    'https://github.com/versatica/mediasoup/releases/download/3.27.1/mediasoup-worker-3.27.1-linux-x64-kernel6.tgz',
  );
});

test('only Linux has its kernel in the name, and the place can be another', () => {
  const machine = {
    platform: 'darwin',
    arch: 'arm64',
    kernel: '23.1.0',
    baseUrl: 'http://mirror/m',
  };
  expect(prebuiltUrl({ version: '3.27.1', repository: '', ...machine })).toBe(
    'http://mirror/m/3.27.1/mediasoup-worker-3.27.1-darwin-arm64.tgz',
  );
});

let folder = '';
/** @type {Buffer | null} what the server answers with; null for 404 */
let archive = null;
const server = createServer((_request, response) => {
  response.writeHead(archive ? 200 : 404).end(archive);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onair-download-'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
const download = () => {
  const address = server.address();
  return downloadWorker({ url: `http://127.0.0.1:${address.port}/worker.tgz`, folder });
};

test('a download is unpacked and can be run', async () => {
  await writeFile(join(folder, 'mediasoup-worker'), '#!/bin/sh\necho I work\n');
  const tar = ['-C', folder, '-cz', 'mediasoup-worker'];
  archive = execFileSync('tar', tar);
  await rm(join(folder, 'mediasoup-worker'));
  expect(execFileSync(await download(), { encoding: 'utf8' })).toBe('I work\n');
});

test('an archive that is none is refused', async () => {
  archive = Buffer.from('<html>Please log in to this network</html>');
  await expect(download()).rejects.toThrow('tar');
});

test('a refused download says what the answer was', async () => {
  archive = null;
  await expect(download()).rejects.toThrow('404');
});
