import { expect, it } from 'vitest';
import type { RestreamTarget } from '../../../../src/protocol/restream.js';
import { isTroubled, restreamWords } from './restream-words.js';

const target = (status: Partial<RestreamTarget['status']>, enabled = true): RestreamTarget => ({
  id: '0',
  name: 'Twitch',
  url: 'rtmps://live.twitch.tv/app',
  enabled,
  hasPassphrase: false,
  createdAt: '',
  status: { state: 'off', problem: null, reason: '', bitrateBps: null, ...status },
});

it('includes the bit rate at which media is sent to a target', () => {
  expect(restreamWords(target({ state: 'sending', bitrateBps: 4_500_000 }))).toBe(
    'Connected, 4.5 Mbit/s',
  );
  expect(restreamWords(target({ state: 'sending', bitrateBps: 0 }))).toBe('Connected');
});

it('gives the reason while it retries', () => {
  const refused = target({ state: 'retrying', problem: 'key_refused', reason: 'Wrong key.' });
  expect(restreamWords(refused)).toBe('Wrong key. Retrying.');
  expect([isTroubled(refused), isTroubled(target({}))]).toEqual([true, false]);
});

it('distinguishes a target that is off from one that is waiting for a broadcast', () => {
  expect(restreamWords(target({}))).toBe('Starts with your broadcast');
  expect(restreamWords(target({}, false))).toBe('Off');
});
