// `npm run clients [-- names …]`: tests a real Onair server with third-party publishers and
// players.
import { runMain } from './set-up/set-up-error.mjs';
import { FFMPEG, FIREFOX } from './test/optional-programs.mjs';
import { runWithPrograms } from './test/set-up.mjs';

await runMain(() => runWithPrograms('test/clients/run.ts', [FFMPEG, FIREFOX]));
