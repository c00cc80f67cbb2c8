import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './paths.mjs';
import { SUBPROJECTS, UDP_QUEUE } from './worker-build.mjs';
import { applyPatch, PATCHES, prepareSource } from './worker-source.mjs';

const patch = { file: 'a.cpp', find: '(a == b)', replace: '((a & b) != 0)' };

test('a patch changes its text and nothing else', () => {
  expect(applyPatch('if (a == b) {}\n', patch)).toBe('if ((a & b) != 0) {}\n');
});

test.each(['if (a != b) {}', 'if (a == b || (a == b)) {} (a == b)'])(
  'a patch that does not match %j fails and says where to look',
  (text) => {
    expect(() => applyPatch(text, patch)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/worker\/a\.cpp contains "\(a == b\)" \d times/),
        advice: expect.stringContaining('third_party/mediasoup-worker/README.md'),
      }),
    );
  },
);

test('our patches apply to the installed mediasoup, and nothing remains to be downloaded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onair-source-'));
  try {
    const from = join(root, 'node_modules/mediasoup/worker');
    const to = join(folder, 'source');
    await prepareSource({
      from,
      subprojects: SUBPROJECTS,
      udpQueue: UDP_QUEUE,
      srtp: null,
      to,
    });
    for (const { file, replace } of PATCHES) {
      expect(await readFile(join(folder, 'source', file), 'utf8')).toContain(replace);
    }
    const ours = await readdir(SUBPROJECTS);
    const prepared = await readdir(join(folder, 'source/subprojects'));
    expect(prepared.toSorted()).toEqual([...ours, 'udp-queue'].toSorted());
  } finally {
    await rm(folder, { recursive: true });
  }
});
