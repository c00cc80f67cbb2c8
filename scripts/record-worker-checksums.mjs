// `node scripts/record-worker-checksums.mjs`: downloads the archives that mediasoup published for
// the installed release, and writes their checksums. Before you commit the checksums, compare them
// with those on the GitHub release page, because every setup trusts them from then on.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './set-up/paths.mjs';
import { runMain, SetUpError } from './set-up/set-up-error.mjs';
import { CHECKSUM_FILE, sha256Of } from './set-up/worker-checksums.mjs';
import { downloadArchive, prebuiltUrl } from './set-up/worker-download.mjs';

/** mediasoup's build targets; not every release has all of them. */
const MACHINES = [
  { platform: 'linux', arch: 'x64', kernel: '6' },
  { platform: 'linux', arch: 'x64', kernel: '7' },
  { platform: 'linux', arch: 'arm64', kernel: '6' },
  { platform: 'linux', arch: 'arm64', kernel: '7' },
  { platform: 'darwin', arch: 'x64', kernel: '' },
  { platform: 'darwin', arch: 'arm64', kernel: '' },
];

await runMain(async () => {
  const manifest = join(root, 'node_modules/mediasoup/package.json');
  const { version, repository } = JSON.parse(await readFile(manifest, 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'onair-checksums-'));
  const lines = [];
  try {
    for (const machine of MACHINES) {
      const url = prebuiltUrl({ version, repository: repository.url, ...machine });
      try {
        const checksum = await sha256Of(await downloadArchive({ url, folder }));
        lines.push(`${checksum}  ${basename(url)}`);
      } catch (error) {
        if (error instanceof SetUpError) throw error;
        console.error(`${basename(url)}: ${error.message}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  if (lines.length === 0)
    throw new SetUpError(`None of mediasoup ${version}'s archives could be downloaded.`);
  const comments = (await readFile(CHECKSUM_FILE, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('#'));
  await writeFile(CHECKSUM_FILE, `${[...comments, ...lines].join('\n')}\n`);
  console.log(lines.join('\n'));
  return 0;
});
