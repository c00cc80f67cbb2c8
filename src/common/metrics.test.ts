import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('reads gauges on each scrape, and drops labels that have no reading', async () => {
    const metrics = new Metrics();
    let viewers = 3;
    let kinds = ['audio', 'video'];
    metrics.gauge('onair_viewers', 'Viewers.', () => viewers);
    metrics.gauge(
      'onair_producers',
      'Tracks.',
      () => kinds.map((kind) => ({ labels: { kind }, value: 1 })),
      ['kind'],
    );
    expect((await metrics.text()).body).toMatch(/^onair_viewers 3$/m);
    viewers = 0;
    kinds = ['video'];
    const { body } = await metrics.text();
    expect(body).toMatch(/^onair_viewers 0$/m);
    expect(body).toContain('onair_producers{kind="video"} 1');
    expect(body).not.toContain('audio');
  });

  it('adds to counters', async () => {
    const metrics = new Metrics();
    const count = metrics.counter('onair_deaths_total', 'Workers that died.');
    count();
    count(2);
    expect((await metrics.text()).body).toMatch(/^onair_deaths_total 3$/m);
  });

  it('returns the current readings, and the sum of those that have a label', async () => {
    const metrics = new Metrics();
    let inBps = 1;
    metrics.gauge(
      'onair_bitrate_bps',
      'Bit rate.',
      () => [
        { labels: { direction: 'in', kind: 'audio' }, value: inBps },
        { labels: { direction: 'in', kind: 'video' }, value: 20 },
        { labels: { direction: 'out', kind: 'video' }, value: 300 },
      ],
      ['direction', 'kind'],
    );
    expect(await metrics.sum('onair_bitrate_bps')).toBe(321);
    inBps = 2;
    expect(await metrics.sum('onair_bitrate_bps', { direction: 'in' })).toBe(22);
    expect(await metrics.read('onair_bitrate_bps')).toContainEqual({
      labels: { direction: 'in', kind: 'audio' },
      value: 2,
    });
    await expect(metrics.sum('onair_nothing')).rejects.toThrow('onair_nothing');
  });
});
