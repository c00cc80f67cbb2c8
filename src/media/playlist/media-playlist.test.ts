import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../test/support/linear-time.js';
import {
  type MediaPlaylist,
  type PlaylistSegment,
  renderMediaPlaylist,
  vodPlaylistText,
} from './media-playlist.js';

const START_MS = Date.UTC(2026, 10, 22, 12);

function segment(msn: number, more: Partial<PlaylistSegment> = {}): PlaylistSegment {
  const part = (index: number) => ({
    uri: `video-2/${msn}.${index}.m4s`,
    durationS: 1 / 3,
    independent: index === 0,
  });
  return {
    uri: `video-2/${msn}.m4s`,
    durationS: 2,
    wallMs: START_MS + msn * 2_000,
    discontinuity: false,
    initUri: 'video-2/init-0.mp4',
    gap: false,
    parts: [0, 1, 2, 3, 4, 5].map(part),
    ...more,
  };
}

function playlist(more: Partial<MediaPlaylist> = {}): MediaPlaylist {
  return {
    targetDurationS: 3,
    partTargetS: 0.33334,
    independentSegments: true,
    skipBoundaryS: 18,
    mediaSequence: 0,
    discontinuitySequence: 0,
    segments: [],
    open: null,
    hintUri: null,
    reports: [],
    ended: false,
    ...more,
  };
}

describe('renderMediaPlaylist', () => {
  it('lists segments, the newest parts, the next part and the other renditions', () => {
    const text = renderMediaPlaylist(
      playlist({
        mediaSequence: 7,
        discontinuitySequence: 1,
        segments: [segment(7), segment(8, { discontinuity: true, initUri: 'video-2/init-1.mp4' })],
        open: {
          ...segment(9, { initUri: 'video-2/init-1.mp4' }),
          parts: segment(9).parts.slice(0, 1),
        },
        hintUri: 'video-2/9.1.m4s',
        reports: [{ uri: 'opus.m3u8', lastMsn: 9, lastPart: 0 }],
      }),
    );
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=18,PART-HOLD-BACK=1.00002,HOLD-BACK=9
#EXT-X-PART-INF:PART-TARGET=0.33334
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:1
#EXT-X-MAP:URI="video-2/init-0.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:14.000Z
${parts(7)}#EXTINF:2.00000,
video-2/7.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="video-2/init-1.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:16.000Z
${parts(8)}#EXTINF:2.00000,
video-2/8.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:18.000Z
#EXT-X-PART:DURATION=0.33333,URI="video-2/9.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="video-2/9.1.m4s"
#EXT-X-RENDITION-REPORT:URI="opus.m3u8",LAST-MSN=9,LAST-PART=0
`);
  });

  it('ends without a hint, reports or the open segment', () => {
    const text = renderMediaPlaylist(
      playlist({
        segments: [segment(0)],
        open: segment(1),
        hintUri: 'video-2/1.6.m4s',
        reports: [{ uri: 'opus.m3u8', lastMsn: 0, lastPart: 5 }],
        ended: true,
      }),
    );
    expect(text).toMatch(/video-2\/0\.m4s\n#EXT-X-ENDLIST\n$/);
    expect(text).not.toMatch(/PRELOAD-HINT|RENDITION-REPORT|1\.0\.m4s/);
  });

  it('marks gaps, even before the first initialization section', () => {
    const gap = segment(0, { gap: true, initUri: null, parts: [] });
    expect(renderMediaPlaylist(playlist({ segments: [gap, segment(1)] }))).toContain(
      `#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:00.000Z
#EXT-X-GAP
#EXTINF:2.00000,
video-2/0.m4s
#EXT-X-MAP:URI="video-2/init-0.mp4"
`,
    );
  });

  it('omits parts older than three target durations', () => {
    const segments = Array.from({ length: 20 }, (_, msn) => segment(msn));
    const text = renderMediaPlaylist(playlist({ segments }));
    expect(text).not.toContain('video-2/14.0.m4s');
    expect(text).toContain('video-2/15.0.m4s');
  });

  it('skips segments up to the boundary for a delta update', () => {
    const segments = Array.from({ length: 20 }, (_, msn) => segment(msn));
    const text = renderMediaPlaylist(playlist({ segments }), { skip: true });
    expect(text).toContain(
      '#EXT-X-SKIP:SKIPPED-SEGMENTS=11\n#EXT-X-MAP:URI="video-2/init-0.mp4"\n',
    );
    expect(text).not.toContain('video-2/10.m4s');
    expect(text).toContain('video-2/11.m4s');
  });

  it('skips nothing in a short playlist', () => {
    const text = renderMediaPlaylist(playlist({ segments: [segment(0)] }), { skip: true });
    expect(text).not.toContain('EXT-X-SKIP');
  });

  it('keeps its constants for an hour', () => {
    const constants = /#EXT-X-(?:TARGETDURATION|SERVER-CONTROL|PART-INF).*/g;
    const all = Array.from({ length: 1_800 }, (_, msn) => segment(msn));
    const first = renderMediaPlaylist(playlist({ segments: all.slice(0, 1) })).match(constants);
    const texts = Array.from({ length: 900 }, (_, msn) =>
      renderMediaPlaylist(playlist({ mediaSequence: msn, segments: all.slice(msn, msn + 900) })),
    );
    for (const text of texts.filter((_, msn) => msn % 100 === 0))
      expect(text.match(constants)).toEqual(first);
  });

  it('takes linear time', () => {
    const all = Array.from({ length: 3_200 }, (_, msn) => segment(msn));
    const render = (count: number) =>
      renderMediaPlaylist(playlist({ segments: all.slice(-count) }));
    expect(growth(render, 200)).toBeLessThan(LINEAR);
  });
});

describe('a complete playlist', () => {
  const render = (segments: readonly PlaylistSegment[]) =>
    [...vodPlaylistText({ targetDurationS: 2, independentSegments: true, segments })].join('');
  /** The segments' dates, as a player extrapolates them from the text. */
  function datesIn(text: string): number[] {
    const dates = [];
    let dateMs = Number.NaN;
    for (const line of text.split('\n')) {
      const [name, value = ''] = line.split(/:(.*)/s);
      if (name === '#EXT-X-PROGRAM-DATE-TIME') dateMs = Date.parse(value);
      if (name !== '#EXTINF') continue;
      dates.push(dateMs);
      dateMs += Number.parseFloat(value) * 1_000;
    }
    return dates;
  }

  it('dates its first segment, and those after a discontinuity', () => {
    const text = render([segment(0), segment(1), segment(2, { discontinuity: true }), segment(3)]);
    expect(text.match(/DATE-TIME:.*/g)).toEqual([
      'DATE-TIME:2026-11-22T12:00:00.000Z',
      'DATE-TIME:2026-11-22T12:00:04.000Z',
    ]);
  });

  it('has the right date for every segment of a day in which the clock drifts and jumps', () => {
    const durationS = 2.000_004;
    const drift = 1.000_05;
    const all = Array.from({ length: 43_200 }, (_, msn) =>
      segment(msn, {
        durationS,
        wallMs: START_MS + msn * durationS * 1_000 * drift + (msn > 20_000 ? 5_000 : 0),
      }),
    );
    const text = render(all);
    const dates = datesIn(text);
    const worst = Math.max(...all.map(({ wallMs }, at) => Math.abs(wallMs - (dates[at] ?? 0))));
    expect(worst).toBeLessThan(21);
    expect(text.match(/DATE-TIME/g)?.length).toBeLessThan(400);
  });
});

function parts(msn: number): string {
  // Thirds of a second, rounded so that they add up to exactly two seconds.
  return [0.33333, 0.33334, 0.33333, 0.33333, 0.33334, 0.33333]
    .map(
      (durationS, index) =>
        `#EXT-X-PART:DURATION=${durationS},URI="video-2/${msn}.${index}.m4s"${index === 0 ? ',INDEPENDENT=YES' : ''}\n`,
    )
    .join('');
}
