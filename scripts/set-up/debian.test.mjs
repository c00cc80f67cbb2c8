import { expect, test } from 'vitest';
import { isDebianLike, missingPackages, missingPrograms, onDebian } from './debian.mjs';

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', true],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', true],
  ['NAME="Fedora Linux"\nID=fedora\n', false],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', false],
  ['', false],
])('%j accepts Debian packages: %s', (osRelease, expected) => {
  expect(isDebianLike(osRelease)).toBe(expected);
});

test('a program that is in no folder of the path is reported as missing', () => {
  const programs = ['sh', 'onair-no-such-program'];
  expect(missingPrograms(programs, '/nowhere:/bin')).toEqual(['onair-no-such-program']);
});

test.runIf(await onDebian())('a package that is not installed is reported as missing', async () => {
  const packages = ['dpkg', 'onair-no-such-package'];
  expect(await missingPackages(packages)).toEqual(['onair-no-such-package']);
});
