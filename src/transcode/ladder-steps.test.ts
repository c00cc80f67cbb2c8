import { expect, it } from 'vitest';
import { stepsBelow } from './ladder-steps.js';

it.each([
  ['1080p', 1920, 1080, ['720p 1280x720', '360p 640x360']],
  ['4K', 3840, 2160, ['720p 1280x720', '360p 640x360']],
  ['720p, which isn’t made again', 1280, 720, ['360p 640x360']],
  ['480p with sides that don’t divide', 854, 480, ['360p 640x360']],
  ['an odd size', 1001, 777, ['720p 928x720', '360p 464x360']],
  ['a phone held upright', 1080, 1920, ['720p 720x1280', '360p 360x640']],
  ['360p', 640, 360, []],
  ['less', 320, 240, []],
])('of %s', (_what, width, height, steps) => {
  const made = stepsBelow({ width, height });
  expect(made.map((step) => `${step.name} ${step.width}x${step.height}`)).toEqual(steps);
});
