// `node scripts/build-worker.mjs [--background]`: compiles the media worker with Onair's parts, for
// the next start. With --background, as `npm start` runs it after it has downloaded a prebuilt
// worker, it works at the lowest priority with one compiler, and a failure is recorded, so that it
// isn't repeated at each start.
import { setPriority } from 'node:os';
import { OwnWorker, readManifest } from './set-up/mediasoup-worker.mjs';
import { findNode } from './set-up/node.mjs';
import { runSteps } from './set-up/progress.mjs';
import { runMain } from './set-up/set-up-error.mjs';

const LOWEST_PRIORITY = 19;
const isInBackground = process.argv.includes('--background');

await runMain(async () => {
  if (isInBackground) setPriority(LOWEST_PRIORITY);
  const node = await findNode();
  const own = await OwnWorker.find(await readManifest());
  try {
    const jobs = isInBackground ? 1 : null;
    await runSteps([{ name: 'Media worker', run: (report) => own.build({ node, report, jobs }) }]);
  } catch (error) {
    if (isInBackground) await own.place.recordFailure(String(error));
    throw error;
  }
  await own.place.clearFailure();
  console.log(own.place.program);
  return 0;
});
