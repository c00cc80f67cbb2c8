// `npm run bench [-- arguments]`: does what is missing of the set-up, then runs the benchmarks.
import { runInForeground } from './set-up/foreground.mjs';
import { toolEnv } from './set-up/run.mjs';
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';
import { findBrowser } from './test/browser.mjs';

await runMain(async () => {
  let browser = '';
  const { node, worker } = await setUp({
    more: [
      {
        name: 'Browser',
        run: async (report) => {
          browser = await findBrowser(report);
        },
      },
    ],
  });
  return runInForeground(
    node,
    ['test/bench/run.ts', ...process.argv.slice(2)],
    toolEnv({ MEDIASOUP_WORKER_BIN: worker, CHROMIUM_BIN: browser }),
  );
});
