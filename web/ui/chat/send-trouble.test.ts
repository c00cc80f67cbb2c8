import { expect, it } from 'vitest';
import { RequestError } from '../../client/request-error.js';
import { sendNote } from './send-trouble.js';

const tooFast = new RequestError('rate_limited', 'Too many messages.');

it('counts down to the next attempt', () => {
  const trouble = { error: tooFast, retryAtMs: 10_000 };
  expect(sendNote(trouble, 7_100)).toBe('Too fast. Your message will be sent in 3 s.');
  expect(sendNote(trouble, 10_000)).toBe('Too many messages.');
});

it('gives any other reason', () => {
  const error = new RequestError('unavailable', 'Messages can’t be stored.');
  expect(sendNote({ error, retryAtMs: 2_000 }, 500)).toBe(
    'Messages can’t be stored. Retrying in 2 s.',
  );
});

it('counts down until slow mode allows the message', () => {
  const error = new RequestError('slow_mode', 'This chat is in slow mode.');
  expect(sendNote({ error, retryAtMs: 30_000 }, 500)).toBe('Slow mode: you can send this in 30 s.');
});
