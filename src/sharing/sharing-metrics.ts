import { Injectable } from '@nestjs/common';
import { Metrics } from '../common/metrics.js';
import { Tracker } from './tracker/tracker.js';

/**
 * Registers the sharing metrics. The media itself passes directly between viewers and isn't
 * counted.
 */
@Injectable()
export class SharingMetrics {
  constructor(tracker: Tracker, metrics: Metrics) {
    metrics.gauge('onair_tracker_sockets', 'Connections to the tracker.', () => tracker.sockets);
    metrics.gauge('onair_tracker_swarms', 'Swarms that have peers.', () => tracker.swarms);
    metrics.gauge(
      'onair_tracker_peers',
      'Peers in all swarms; a viewer is one per rendition.',
      () => tracker.peers,
    );
  }
}
