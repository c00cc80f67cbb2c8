import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { CHANNEL_NAME_PATTERN } from '../../protocol/limits.js';
import { readStreamId } from './stream-id.js';

const KEY = 'live_abc-DEF_0';

describe('a stream id', () => {
  it.each<[string, string | null]>([
    [KEY, null],
    [`publish:${KEY}`, null],
    [`publish:ann:${KEY}`, 'ann'],
    [`publish:ann:user:${KEY}`, 'ann'],
    [`#!::r=${KEY},m=publish`, null],
    [`#!::r=ann,m=publish,s=${KEY}`, 'ann'],
    [`#!::m=publish,u=${KEY},r=ann`, 'ann'],
    [`#!::r=ann,u=ann,s=${KEY}`, 'ann'],
  ])('with a key is read: %s', (text, channel) => {
    expect(readStreamId(text)).toEqual({ type: 'key', key: KEY, channel });
  });

  it.each([
    'ann',
    'publish:ann',
    'publish:ann:',
    '#!::r=ann,m=publish',
    '%23!%3A%3Ar%3Dann',
    '#!::r=ann,u=somebody',
  ])('with a channel is read: %s', (text) => {
    expect(readStreamId(text)).toEqual({ type: 'channel', channel: 'ann' });
  });

  it('with something else in place of the key has a wrong key', () => {
    const target = { type: 'key', key: 'secret', channel: 'ann' };
    expect(readStreamId('publish:ann:secret')).toEqual(target);
  });

  it.each(['read:ann', 'request:ann', '#!::r=ann,m=request'])('requests playback: %s', (text) => {
    expect(readStreamId(text)).toEqual({ type: 'play' });
  });

  it.each([
    '',
    '#!::',
    '#!::m=publish',
    'write:ann',
    'ann/live',
    'a b',
    'ann\u0000',
    'publish:',
    '%23!%zz',
    '%23!ann',
  ])('is unreadable: %j', (text) => {
    expect(readStreamId(text)).toEqual({ type: 'unreadable' });
  });

  it('of more than 512 bytes is unreadable', () => {
    expect(readStreamId(`live_${'x'.repeat(507)}`).type).toBe('key');
    expect(readStreamId(`live_${'x'.repeat(508)}`).type).toBe('unreadable');
    expect(readStreamId(`live_${'é'.repeat(254)}`).type).toBe('unreadable');
  });

  it('never throws, and names no channel that can’t exist', () => {
    const piece = fc.constantFrom('#!::', 'r=', 'm=publish', 's=', ',', ':', 'live_', 'ann', '=');
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 }))).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (streamId) => {
        const { channel } = { channel: null, ...readStreamId(streamId) };
        expect(channel ?? 'ann').toMatch(CHANNEL_NAME_PATTERN);
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });
});
