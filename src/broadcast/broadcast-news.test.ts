import { describe, expect, it } from 'vitest';
import { type BroadcastNews, isNews, type KnownBroadcast } from './broadcast-news.js';

const known: KnownBroadcast = {
  id: 'this',
  epoch: 2,
  nodeId: 'one',
  startedAt: '2026-11-29T12:00:00.000Z',
  wasHeard: true,
};
const row: BroadcastNews = {
  source: 'row',
  id: 'this',
  epoch: 2,
  nodeId: 'one',
  startedAt: known.startedAt,
};
const message: BroadcastNews = { ...row, source: 'message' };
const silent: KnownBroadcast = { ...known, wasHeard: false };
const EARLIER = '2026-11-29T11:59:59.000Z';
const LATER = '2026-11-29T12:00:01.000Z';

describe('about a channel without a known broadcast', () => {
  it.each([
    ['a message', true, message],
    ['a row', true, row],
    ['a row whose owner is stopping', false, { ...row, nodeId: null }],
  ] as const)('%s is news: %s', (_what, expected, news) => {
    expect(isNews(news, null, 0)).toBe(expected);
  });
});

describe('about the known broadcast', () => {
  it.each([
    ['a message of the same epoch', true, message, known],
    ['a message of the next epoch', true, { ...message, epoch: 3, nodeId: 'two' }, known],
    ['a late message from the former owner', false, { ...message, epoch: 1, nodeId: 'two' }, known],
    ['a row of the same epoch while its owner is heard', false, row, known],
    ['a row of the same epoch after its owner fell silent', true, row, silent],
    ['a row with another owner of the same epoch', true, { ...row, nodeId: 'two' }, known],
    ['a row of the next epoch', true, { ...row, epoch: 3, nodeId: 'two' }, known],
    ['an outdated row', false, { ...row, epoch: 1 }, silent],
    ['a row whose owner is stopping', true, { ...row, nodeId: null }, known],
  ] as const)('%s is news: %s', (_what, expected, news, before) => {
    expect(isNews(news, before, 0)).toBe(expected);
  });
});

describe('about another broadcast on the channel', () => {
  const later = { id: 'that', epoch: 1, startedAt: LATER } as const;
  const earlier = { id: 'that', epoch: 1, startedAt: EARLIER } as const;
  it.each([
    ['a message of a later one', true, { ...message, ...later }, known],
    ['a late message of an earlier one', false, { ...message, ...earlier }, known],
    ['a late message of an earlier one after silence', false, { ...message, ...earlier }, silent],
    ['a row of a later one', true, { ...row, ...later }, known],
    ['a row of an earlier one, whose end is not stored', false, { ...row, ...earlier }, known],
    ['a row of an earlier one after silence', true, { ...row, ...earlier }, silent],
    [
      'a row of a later one whose owner is stopping',
      false,
      { ...row, ...later, nodeId: null },
      known,
    ],
  ] as const)('%s is news: %s', (_what, expected, news, before) => {
    expect(isNews(news, before, 0)).toBe(expected);
  });
});

describe('about a broadcast that ended or moved here', () => {
  it.each([
    ['a message of that epoch', false, message, 2],
    ['a row of an earlier epoch', false, { ...row, epoch: 1 }, 2],
    ['a message of the next epoch', true, { ...message, epoch: 3 }, 2],
  ] as const)('%s is news: %s', (_what, expected, news, overEpoch) => {
    expect(isNews(news, null, overEpoch)).toBe(expected);
    expect(isNews(news, known, overEpoch)).toBe(expected);
  });
});
