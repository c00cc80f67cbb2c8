// `npm run bench [-- arguments]`: completes the setup, then runs the benchmarks.
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { FFMPEG, GSTREAMER, HAPROXY, NGINX, WRK } from './test/optional-programs.mjs';
import { OptionalPostgres } from './test/optional-postgres.mjs';
import { setUpWithPrograms } from './test/set-up.mjs';

await runMain(async () => {
  const postgres = new OptionalPostgres();
  const { node, env } = await setUpWithPrograms({
    wanted: [FFMPEG, GSTREAMER, HAPROXY, NGINX, WRK],
    more: [postgres.step],
  });
  try {
    const args = ['bench/run.ts', ...process.argv.slice(2)];
    return await runInForeground(node, args, toolEnv({ ...env, TEST_DATABASE_URL: postgres.url }));
  } finally {
    await postgres.close();
  }
});
