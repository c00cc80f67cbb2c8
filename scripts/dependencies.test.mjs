import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * Packages with install scripts. `.npmrc` disables the scripts: the setup does the work of
 * mediasoup's, and Prisma's would download an engine that isn't used.
 */
const WITH_INSTALL_SCRIPT = ['@prisma/engines', 'mediasoup', 'prisma'];

/** @type {{ packages: Record<string, { version?: string, resolved?: string, integrity?: string, link?: boolean, hasInstallScript?: boolean }> }} */
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
/** @type {Record<string, Record<string, string>>} */
const {
  dependencies = {},
  devDependencies = {},
  optionalDependencies = {},
} = JSON.parse(readFileSync('package.json', 'utf8'));
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('dependencies', () => {
  it('include only known install scripts, and none of them runs', () => {
    const found = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = found.map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(names.toSorted()).toEqual(WITH_INSTALL_SCRIPT);
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('are pinned to exact versions and checksums', () => {
    const versions = Object.values({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
    });
    expect(
      versions.filter((version) =>
        /[\^~*><x]|\|\||latest/.test(version.replace(/^npm:[^@]*(@[^@]*)?@/, '')),
      ),
    ).toEqual([]);
    const unsigned = packages.filter(
      ([, { integrity }]) => integrity?.startsWith('sha512-') !== true,
    );
    expect(unsigned.map(([path]) => path)).toEqual([]);
  });

  it('come only from the registry', () => {
    // A package without a URL is downloaded from the registry that npm is configured for.
    const elsewhere = packages.filter(
      ([, { resolved, link }]) => link === true || resolved !== undefined,
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});
