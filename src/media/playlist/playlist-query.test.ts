import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../test/support/fuzz-runs.js';
import { parsePlaylistQuery, turnOf } from './playlist-query.js';

describe('parsePlaylistQuery', () => {
  it.each([
    [{}, { until: null, skip: false }],
    [
      { token: 'x', _HLS_push: '1' },
      { until: null, skip: false },
    ],
    [{ _HLS_msn: '0' }, { until: { msn: 0, part: null }, skip: false }],
    [
      { _HLS_msn: '17', _HLS_part: '3' },
      { until: { msn: 17, part: 3 }, skip: false },
    ],
    [
      { _HLS_msn: '17', _HLS_skip: 'YES' },
      { until: { msn: 17, part: null }, skip: true },
    ],
    [{ _HLS_skip: 'v2' }, { until: null, skip: true }],
  ])('reads %j', (query, request) => {
    expect(parsePlaylistQuery(query)).toEqual({ ok: true, request });
  });

  it.each([
    ['a part without a segment', { _HLS_part: '0' }, '_HLS_part requires _HLS_msn'],
    ['a negative number', { _HLS_msn: '-1' }, '_HLS_msn'],
    ['a fraction', { _HLS_msn: '1.5' }, '_HLS_msn'],
    ['an exponent', { _HLS_msn: '1e3' }, '_HLS_msn'],
    ['hexadecimal', { _HLS_msn: '0x10' }, '_HLS_msn'],
    ['spaces', { _HLS_msn: ' 1' }, '_HLS_msn'],
    ['a leading zero', { _HLS_msn: '01' }, '_HLS_msn'],
    ['an empty value', { _HLS_msn: '' }, '_HLS_msn'],
    ['a number that is too large', { _HLS_msn: '4294967296' }, '_HLS_msn'],
    ['hundreds of digits', { _HLS_msn: '9'.repeat(400) }, '_HLS_msn'],
    ['a repeated parameter', { _HLS_msn: ['1', '2'] }, 'more than once'],
    ['a part that is not a number', { _HLS_msn: '1', _HLS_part: 'x' }, '_HLS_part'],
    ['another value for skipping', { _HLS_skip: 'NO' }, '_HLS_skip'],
  ])('rejects %s with an error message', (_what, query, words) => {
    expect(parsePlaylistQuery(query)).toEqual({
      ok: false,
      message: expect.stringContaining(words),
    });
  });

  it('parses or rejects any query', () => {
    const value = fc.option(fc.oneof(fc.string(), fc.nat().map(String), fc.array(fc.string())), {
      nil: undefined,
    });
    const query = fc.record({ _HLS_msn: value, _HLS_part: value, _HLS_skip: value });
    fc.assert(
      fc.property(query, (given) => {
        const parsed = parsePlaylistQuery(given);
        if (!parsed.ok) return parsed.message.endsWith('.');
        const { until } = parsed.request;
        return until === null || (Number.isSafeInteger(until.msn) && until.msn >= 0);
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });
});

describe('turnOf', () => {
  const end = { msn: 10, parts: 3, complete: false };
  const complete = { msn: 10, parts: 6, complete: true };

  it.each([
    ['an available segment', { msn: 9, part: null }, end, 'now'],
    ['an available part', { msn: 10, part: 2 }, end, 'now'],
    ['the next part', { msn: 10, part: 3 }, end, 'later'],
    ['the whole open segment', { msn: 10, part: null }, end, 'later'],
    ['a whole complete segment', { msn: 10, part: null }, complete, 'now'],
    [
      'the part after the last one of a segment, which is the first of the next segment',
      { msn: 10, part: 6 },
      complete,
      'later',
    ],
    [
      'the same part once the next segment has begun',
      { msn: 10, part: 6 },
      { ...end, msn: 11, parts: 1 },
      'now',
    ],
    ['two segments ahead', { msn: 12, part: null }, end, 'later'],
    ['three segments ahead', { msn: 13, part: null }, end, 'refuse'],
    ['a part that no segment has', { msn: 10, part: 100 }, end, 'refuse'],
  ] as const)('for %s returns %o', (_what, position, at, answer) => {
    expect(turnOf(position, at, 6)).toMatchObject({ answer });
  });
});
