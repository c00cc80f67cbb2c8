import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { missingPrograms } from './debian.mjs';
import { fetchSource, sourceEntries } from './debian-source.mjs';

const uri = 'http://deb.debian.org/debian/pool/main/libs/libsrtp2/libsrtp2-dev_2.5.0-3_amd64.deb';

test('only the entries for a package’s archive are converted to source entries', () => {
  const text = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb deb-src
URIs: http://deb.debian.org/debian/
Suites: sid
Components: main
`;
  expect(sourceEntries(text, { format: 'sources', uri })).toBe(`Types: deb-src
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`);
});

test('a line of sources.list is converted with its options', () => {
  const text = `# deb http://deb.debian.org/debian sid main
deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://deb.debian.org/debian bookworm main
deb-src http://deb.debian.org/debian bookworm main
deb https://packages.example.org/apt stable main
`;
  expect(sourceEntries(text, { format: 'list', uri })).toBe(
    'deb-src [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://deb.debian.org/debian bookworm main\n',
  );
});

test('all entries are converted if the archive is unknown', () => {
  const text = 'deb http://a.example/debian bookworm main\ndeb http://b.example/x bookworm main\n';
  expect(sourceEntries(text, { format: 'list', uri: '' })).toBe(
    text.replaceAll('deb ', 'deb-src '),
  );
});

describe.skipIf(missingPrograms(['apt-get', 'dpkg-source', 'tar', 'xz']).length > 0)(
  'a source package',
  () => {
    const PATCH = `--- a/text
+++ b/text
@@ -1 +1 @@
-release
+patched
`;

    /**
     * Makes a mirror with one source package, whose patch changes a file of the release.
     * @param {string} version of the package
     */
    async function makeMirror(version) {
      const folder = await mkdtemp(join(tmpdir(), 'onair-mirror-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const mirror = join(folder, 'mirror');
      const patches = join(folder, 'debian/patches');
      const release = join(folder, 'tiny-1.0');
      for (const one of [mirror, patches, release, join(folder, 'debian/source')])
        await mkdir(one, { recursive: true });
      await writeFile(join(release, 'text'), 'release\n');
      await writeFile(join(patches, 'series'), 'one\n');
      await writeFile(join(patches, 'one'), PATCH);
      await writeFile(join(folder, 'debian/source/format'), '3.0 (quilt)\n');
      await writeFile(join(folder, 'debian/control'), 'Source: tiny\n');
      const changes = `tiny (${version}) trixie; urgency=low\n\n  * One.\n\n -- A <a@example.org>  Mon, 30 Nov 2026 12:00:00 +0000\n`;
      await writeFile(join(folder, 'debian/changelog'), changes);
      const archives = {
        'tiny-1.0': 'tiny_1.0.orig.tar.gz',
        debian: `tiny_${version}.debian.tar.xz`,
      };
      for (const [from, to] of Object.entries(archives))
        execFileSync('tar', ['-caf', join(mirror, to), '-C', folder, from]);
      const about = [
        'Format: 3.0 (quilt)',
        'Binary: tiny',
        'Architecture: all',
        `Version: ${version}`,
      ];
      const common = [...about, 'Maintainer: A <a@example.org>'];
      const description = `tiny_${version}.dsc`;
      const ofDescription = [
        'Source: tiny',
        ...common,
        ...(await sums(mirror, Object.values(archives))),
      ];
      await writeFile(join(mirror, description), `${ofDescription.join('\n')}\n`);
      const all = await sums(mirror, [description, ...Object.values(archives)]);
      const index = ['Package: tiny', ...common, 'Directory: .', ...all];
      await writeFile(join(mirror, 'Sources'), `${index.join('\n')}\n`);
      const parts = join(folder, 'parts');
      await mkdir(parts);
      await writeFile(join(parts, 'mirror.list'), `deb-src [trusted=yes] copy:${mirror} ./\n`);
      const fetch = () => fetchSource(`tiny=${version}`, { folder: join(folder, 'work'), parts });
      const remove = async (/** @type {RegExp} */ name) => {
        for (const file of await readdir(mirror)) if (name.test(file)) await rm(join(mirror, file));
      };
      return { fetch, remove, mirror };
    }

    /**
     * @param {string} folder
     * @param {string[]} names
     */
    async function sums(folder, names) {
      const lines = async (/** @type {string} */ kind) =>
        Promise.all(
          names.map(async (name) => {
            const bytes = await readFile(join(folder, name));
            return ` ${createHash(kind).update(bytes).digest('hex')} ${bytes.length} ${name}`;
          }),
        );
      return ['Files:', ...(await lines('md5')), 'Checksums-Sha256:', ...(await lines('sha256'))];
    }

    const textOf = (/** @type {string} */ path) => readFile(join(path, 'text'), 'utf8');

    test('is unpacked with its patches', async () => {
      const { fetch } = await makeMirror('1.0-1');
      const { path, isPatched } = await fetch();
      expect(isPatched).toBe(true);
      expect(await textOf(path)).toBe('patched\n');
    });

    test('is the upstream release if the mirror lacks the patches', async () => {
      const { fetch, remove } = await makeMirror('1.0-1');
      await remove(/\.(dsc|debian\.tar\.xz)$/);
      const { path, isPatched } = await fetch();
      expect(isPatched).toBe(false);
      expect(await textOf(path)).toBe('release\n');
    });

    test('is not the upstream release if Debian has fixed the package since', async () => {
      const { fetch, remove } = await makeMirror('1.0-1+deb13u2');
      await remove(/\.(dsc|debian\.tar\.xz)$/);
      await expect(fetch()).rejects.toThrow(/^E: /);
    });

    test('is rejected if a file differs from the signed one', async () => {
      const { fetch, remove, mirror } = await makeMirror('1.0-1');
      await remove(/\.dsc$/);
      await writeFile(join(mirror, 'tiny_1.0.orig.tar.gz'), 'another');
      await expect(fetch()).rejects.toThrow(/^E: /);
    });
  },
);
