import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/**
 * Packages whose authors want to run a program when they are installed. `.npmrc` lets none of them:
 * the set-up makes what mediasoup's would, Prisma's would download an engine that is not used.
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
  it('that want to run a program at their installation are these, and are not let', () => {
    const found = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = found.map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(names.toSorted()).toEqual(WITH_INSTALL_SCRIPT);
    expect(readFileSync('.npmrc', 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('are what they were when they were chosen: of one version, and of one content', () => {
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

  it('come from the registry, and from nowhere else', () => {
    // A package without an address of its own is fetched from the registry that npm is set to.
    const elsewhere = packages.filter(
      ([, { resolved, link }]) => link === true || resolved !== undefined,
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});
