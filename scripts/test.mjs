// `npm test [-- vitest's arguments]`: completes the setup, then runs all tests in a real browser and, where the machine
// has them or can install them, with FFmpeg, in Firefox, and on a real PostgreSQL.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { countTests, formatCount } from './test/count.mjs';
import { FFMPEG, FIREFOX, HAPROXY, IPROUTE, REDIS } from './test/optional-programs.mjs';
import { OptionalPostgres } from './test/optional-postgres.mjs';
import { setUpWithPrograms } from './test/set-up.mjs';

/**
 * @param {string} node
 * @param {Record<string, string | undefined>} env
 */
async function runTests(node, env) {
  const folder = await mkdtemp(join(tmpdir(), 'onair-test-'));
  try {
    const reportFile = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default'];
    const report = ['--reporter=json', `--outputFile.json=${reportFile}`];
    const args = [...vitest, ...report, ...process.argv.slice(2)];
    const exitCode = await runInForeground(node, args, toolEnv(env));
    const text = await readFile(reportFile, 'utf8').catch(() => 'null');
    return { exitCode, count: countTests(JSON.parse(text), exitCode) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runMain(async () => {
  const postgres = new OptionalPostgres();
  const { node, env, missing } = await setUpWithPrograms({
    wanted: [FFMPEG, FIREFOX, REDIS, HAPROXY, IPROUTE],
    more: [postgres.step],
  });
  try {
    const databaseUrl = postgres.url;
    const { exitCode, count } = await runTests(node, {
      ...env,
      TEST_DATABASE_URL: databaseUrl,
      POSTGRES_BIN_DIR: postgres.programs,
    });
    for (const { what } of missing) console.log(`Not tested: ${what}, as explained above.`);
    if (!databaseUrl) console.log('Not tested: PostgreSQL, as explained above.');
    if (count.passed + count.failed === 0) console.log('No test ran, which counts as a failure.');
    console.log(formatCount(count));
    return exitCode !== 0 || count.failed > 0 || count.passed === 0 ? 1 : 0;
  } finally {
    await postgres.close();
  }
});
