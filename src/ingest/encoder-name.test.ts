import { expect, it } from 'vitest';
import { encoderName } from './encoder-name.js';

it.each<[unknown, string | null]>([
  ['obs-output module (libobs version 32.2.2)', 'OBS 32.2.2'],
  ['Lavf60.16.100', 'FFmpeg'],
  ['Larix\u0000 Broadcaster\n', 'Larix Broadcaster'],
  ['x'.repeat(500), 'x'.repeat(60)],
  ['\u0007', null],
  [5, null],
  [undefined, null],
])('of %j is %j', (said, name) => {
  expect(encoderName(said)).toBe(name);
});
