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
});
