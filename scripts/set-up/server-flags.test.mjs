import { expect, test } from 'vitest';
import { allocatorSettings } from './server-flags.mjs';

test.runIf(process.platform === 'linux')('jemalloc is used where it is installed', () => {
  const path = '/usr/lib64/libjemalloc.so.2';
  expect(allocatorSettings((file) => file === path)).toMatchObject({ LD_PRELOAD: path });
});

test('glibc keeps little memory where jemalloc is not installed', () => {
  const settings = allocatorSettings(() => false);
  expect(settings).toHaveProperty('MALLOC_TRIM_THRESHOLD_');
  expect(settings).not.toHaveProperty('LD_PRELOAD');
});
