import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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

test('a refused download says what the answer was', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  try {
    const url = `http://127.0.0.1:${server.address().port}/worker.tgz`;
    await expect(downloadWorker({ url, folder: '/nonexistent' })).rejects.toThrow('404');
  } finally {
    server.close();
  }
});
