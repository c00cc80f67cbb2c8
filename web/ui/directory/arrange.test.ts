import { describe, expect, it } from 'vitest';
import type { ChannelView } from '../../../src/protocol/channel.js';
import { arrange, titleOf } from './arrange.js';

function channel(name: string, change: Partial<ChannelView> = {}): ChannelView {
  return {
    name,
    title: '',
    owner: 'ada',
    visibility: 'public',
    createdAt: '2026-01-01T00:00:00.000Z',
    broadcast: null,
    viewers: 0,
    thumbnail: null,
    lastLiveAt: null,
    ...change,
  };
}

function live(name: string, startedAt: string, title = ''): ChannelView {
  return channel(name, {
    broadcast: {
      id: '019303bb-5c4c-7000-8000-000000000000',
      channel: name,
      title,
      visibility: 'public',
      state: 'live',
      startedAt,
      interruptedUntil: null,
      endedAt: null,
      endReason: null,
      source: 'browser',
      peakViewers: 0,
      hls: null,
      webrtc: null,
    },
  });
}

const names = (channels: readonly ChannelView[]): string[] => channels.map(({ name }) => name);

describe('arrange', () => {
  it('sorts live channels by start and others by when they were last live, newest first', () => {
    const { live: onAir, others } = arrange(
      [
        channel('never'),
        channel('long-ago', { lastLiveAt: '2026-01-02T00:00:00.000Z' }),
        live('early', '2026-02-01T10:00:00.000Z'),
        channel('lately', { lastLiveAt: '2026-01-09T00:00:00.000Z' }),
        live('late', '2026-02-01T11:00:00.000Z'),
      ],
      '',
    );
    expect(names(onAir)).toEqual(['late', 'early']);
    expect(names(others)).toEqual(['lately', 'long-ago', 'never']);
  });

  it('matches every word in the name, title, owner or broadcast title, ignoring case', () => {
    const channels = [
      channel('garden', { title: 'Roses', owner: 'Grace' }),
      live('kitchen', '2026-02-01T11:00:00.000Z', 'Bread from grace'),
    ];
    expect(names(arrange(channels, 'GRACE').others)).toEqual(['garden']);
    expect(names(arrange(channels, 'grace bread').live)).toEqual(['kitchen']);
    expect(arrange(channels, 'grace milk')).toEqual({ live: [], others: [] });
  });
});

describe('titleOf', () => {
  it('prefers the broadcast, then the channel, then the name', () => {
    expect(titleOf(live('a', '2026-02-01T11:00:00.000Z', 'Now'))).toBe('Now');
    expect(titleOf(channel('a', { title: 'Always' }))).toBe('Always');
    expect(titleOf(channel('a'))).toBe('a');
  });
});
