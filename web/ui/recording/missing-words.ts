import type { RecordingProblem } from '../../../src/protocol/recording.js';

/** Why parts of a recording are missing: the end of a sentence. */
export const MISSING: Readonly<Record<RecordingProblem, string>> = {
  full: 'parts are missing: there was no room on the server.',
  unwritable: 'parts are missing: the server could not write them.',
};
