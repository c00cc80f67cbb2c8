import { expect, it } from 'vitest';
import { RequestError } from '../../client/request-error.js';
import { sendNote } from './send-trouble.js';

const tooFast = new RequestError('rate_limited', 'Too many messages.');

it('counts down to the next try', () => {
  const trouble = { error: tooFast, retryAtMs: 10_000 };
  expect(sendNote(trouble, 7_100)).toBe('That was fast. Your message goes out in 3 s.');
  expect(sendNote(trouble, 10_000)).toBe('Too many messages.');
});

it('gives the reason when it is another', () => {
  const error = new RequestError('unavailable', 'Messages can’t be stored.');
  expect(sendNote({ error, retryAtMs: 2_000 }, 500)).toBe(
    'Messages can’t be stored. Next try in 2 s.',
  );
});

it('counts down to when slow mode lets it through', () => {
  const error = new RequestError('slow_mode', 'This chat is in slow mode.');
  expect(sendNote({ error, retryAtMs: 30_000 }, 500)).toBe('Slow mode: you can send this in 30 s.');
});
