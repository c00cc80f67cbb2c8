import { assertNever } from '../../../src/protocol/assert-never.js';
import type { ViewerState } from '../../client/viewer-state.js';

/** Describes a state in words, for screen readers. */
export function announcement(state: ViewerState): string {
  switch (state.name) {
    case 'connecting':
      return 'Connecting to the broadcast.';
    case 'not-live':
      return 'The channel is not live.';
    case 'starting':
      return 'The broadcast is starting.';
    case 'held':
      return 'The broadcast is live. Press Play to watch it.';
    case 'playing':
      return 'The broadcast is live.';
    case 'interrupted':
      return 'The broadcaster is reconnecting.';
    case 'ended':
      return 'The broadcast has ended.';
    case 'gone':
      return 'The channel was deleted.';
    case 'failed':
      return `Couldn’t load the video. ${state.message}`;
    default:
      return assertNever(state);
  }
}
