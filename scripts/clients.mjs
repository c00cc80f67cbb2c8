// `npm run clients [-- names …]`: publishes to and plays from a real Onair with third-party programs.
import { runMain } from './set-up/set-up-error.mjs';
import { FFMPEG, FIREFOX } from './test/optional-programs.mjs';
import { runWithPrograms } from './test/set-up.mjs';

await runMain(() => runWithPrograms('test/clients/run.ts', [FFMPEG, FIREFOX]));
