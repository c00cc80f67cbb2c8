import type { types } from 'mediasoup';
import type { PublisherHealth } from '../broadcast/ports.js';

/** RTCP tells lost parts of 256 (RFC 3550 6.4.1). */
const FRACTION_ONE = 256;

/** What arrives of these tracks now. Those that close meanwhile are left out. */
export async function publisherHealth(
  producers: Iterable<types.Producer>,
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
    tracks: measured.map(({ producer, stats }) => trackOf(producer, stats)),
  };
}

function trackOf(
  { kind, appData, rtpParameters: { codecs, encodings = [] } }: types.Producer,
  stats: readonly types.ProducerStat[],
): PublisherHealth['tracks'][number] {
  const place = ({ rid, ssrc }: types.ProducerStat) =>
    encodings.findIndex((encoding) =>
      encoding.rid === undefined ? encoding.ssrc === ssrc : encoding.rid === rid,
    );
  // A producer may go by another name, see {@link asOpaque}.
  const sentAs =
    typeof appData.mimeType === 'string' ? appData.mimeType : (codecs[0]?.mimeType ?? '');
  return {
    kind,
    codec: sentAs.split('/')[1] ?? '',
    streams: stats
      .toSorted((a, b) => place(a) - place(b))
      .map(({ rid, bitrate, fractionLost }) => ({
        rid: rid ?? null,
        bitrateBps: bitrate,
        lossPercent: Math.min(100, (100 * fractionLost) / FRACTION_ONE),
      })),
  };
}
