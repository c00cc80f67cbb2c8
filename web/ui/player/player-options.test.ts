import { expect, it } from 'vitest';
import { readPlayerOptions } from './player-options.js';

it.each([
  ['', { mode: null, muted: false, autoplay: true }],
  ['?mode=hls&muted', { mode: 'hls', muted: true, autoplay: true }],
  ['?mode=webrtc&muted=0&autoplay=false', { mode: 'webrtc', muted: false, autoplay: false }],
  ['?mode=dash&autoplay=1', { mode: null, muted: false, autoplay: true }],
])('reads %j', (search, options) => {
  expect(readPlayerOptions(search)).toEqual(options);
});
