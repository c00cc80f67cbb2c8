import { describe, expect, it } from 'vitest';
import {
  type AudioRendition,
  renderMultivariantPlaylist,
  type VideoRendition,
} from './multivariant-playlist.js';

const video = (layer: number): VideoRendition => ({
  uri: `run/video-${layer}.m3u8`,
  codecs: 'avc1.42C01F',
  width: 320 * 2 ** layer,
  height: 180 * 2 ** layer,
  frameRate: 29.97003,
  peakBps: 300_000.4 * 4 ** layer,
  averageBps: 250_000 * 4 ** layer,
});
const audio = (group: string, codecs: string): AudioRendition => ({
  uri: `run/${group}.m3u8`,
  group,
  name: 'Sound',
  codecs,
  channels: 2,
  peakBps: 140_000,
  averageBps: 130_000,
});

describe('renderMultivariantPlaylist', () => {
  it('pairs each layer with each audio group, in order of preference', () => {
    const text = renderMultivariantPlaylist({
      video: [video(1), video(0)],
      audio: [audio('opus', 'opus'), audio('aac', 'mp4a.40.2')],
      independentSegments: true,
    });
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="opus",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="run/opus.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="run/aac.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1340002,AVERAGE-BANDWIDTH=1130000,CODECS="avc1.42C01F,opus",RESOLUTION=640x360,FRAME-RATE=29.97,AUDIO="opus"
run/video-1.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=440001,AVERAGE-BANDWIDTH=380000,CODECS="avc1.42C01F,opus",RESOLUTION=320x180,FRAME-RATE=29.97,AUDIO="opus"
run/video-0.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=1340002,AVERAGE-BANDWIDTH=1130000,CODECS="avc1.42C01F,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.97,AUDIO="aac"
run/video-1.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=440001,AVERAGE-BANDWIDTH=380000,CODECS="avc1.42C01F,mp4a.40.2",RESOLUTION=320x180,FRAME-RATE=29.97,AUDIO="aac"
run/video-0.m3u8
`);
  });

  it('lists only video if there is no audio', () => {
    const text = renderMultivariantPlaylist({
      video: [{ ...video(0), frameRate: null }],
      audio: [],
      independentSegments: false,
    });
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-STREAM-INF:BANDWIDTH=300001,AVERAGE-BANDWIDTH=250000,CODECS="avc1.42C01F",RESOLUTION=320x180
run/video-0.m3u8
`);
  });

  it('lists only audio if there is no video', () => {
    const text = renderMultivariantPlaylist({
      video: [],
      audio: [audio('opus', 'opus')],
      independentSegments: false,
    });
    expect(text).toBe(`#EXTM3U
#EXT-X-VERSION:9
#EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=130000,CODECS="opus"
run/opus.m3u8
`);
  });
});
