import type { types } from 'mediasoup';
import type { PublisherHealth } from '../broadcast/ports/media.js';
import type { IngestMeter } from './ingest-meter.js';

/** Returns the current reception of these tracks, except those that close in the meantime. */
export async function publisherHealth(
  producers: Iterable<types.Producer>,
  meter: Pick<IngestMeter, 'meterOf'>,
): Promise<Pick<PublisherHealth, 'roundTripMs' | 'tracks'>> {
  const measured = await Promise.all(
    [...producers].map(async (producer) => ({
      producer,
      stats: await producer.getStats().catch((): types.ProducerStat[] => []),
    })),
  );
  const trips = measured.flatMap(({ stats }) =>
    stats.flatMap(({ roundTripTime }) =>
      roundTripTime !== undefined && roundTripTime > 0 ? [roundTripTime] : [],
    ),
  );
  return {
    roundTripMs: trips.length === 0 ? null : Math.max(...trips),
    tracks: measured.map(({ producer, stats }) => trackOf(producer, stats, meter)),
  };
}

function trackOf(
  producer: types.Producer,
  stats: readonly types.ProducerStat[],
  meter: Pick<IngestMeter, 'meterOf'>,
): PublisherHealth['tracks'][number] {
  const {
    kind,
    appData,
    rtpParameters: { codecs, encodings = [] },
  } = producer;
  const nowMs = performance.now();
  const place = ({ rid, ssrc }: types.ProducerStat) =>
    encodings.findIndex((encoding) =>
      encoding.rid === undefined ? encoding.ssrc === ssrc : encoding.rid === rid,
    );
  // The producer may have a different codec name; see {@link asOpaque}.
  const sentAs =
    typeof appData.mimeType === 'string' ? appData.mimeType : (codecs[0]?.mimeType ?? '');
  return {
    kind,
    codec: sentAs.split('/')[1] ?? '',
    streams: stats
      .toSorted((a, b) => place(a) - place(b))
      .map(({ rid, ssrc, bitrate }) => {
        const stream = meter.meterOf(producer, ssrc);
        return {
          rid: rid ?? null,
          bitrateBps: bitrate,
          lossPercent: stream?.lossPercent ?? 0,
          keyFrameIntervalMs: stream?.keyFrameIntervalMs(nowMs) ?? null,
        };
      }),
  };
}
