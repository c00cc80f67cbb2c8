import type { RecordingProblem } from '../../../src/protocol/recording.js';

/** The reasons why parts of a recording are missing, each written as the end of a sentence. */
export const MISSING: Readonly<Record<RecordingProblem, string>> = {
  full: 'parts are missing because the server ran out of space.',
  unwritable: 'parts are missing because the server couldn’t write them.',
};
