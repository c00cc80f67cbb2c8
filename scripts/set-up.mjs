// `npm run set-up`: everything that `npm start` does before it starts the server.
import { runMain } from './set-up/set-up-error.mjs';
import { setUp } from './set-up/steps.mjs';

await runMain(async () => {
  await setUp();
  return 0;
});
