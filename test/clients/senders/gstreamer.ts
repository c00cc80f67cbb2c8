import { ELEMENTS_PATH } from '../install/debian-root.js';
import type { Lab } from '../lab.js';
import type { Program } from '../program.js';
import type { Sender, Target } from './sender.js';

const FILM = { width: 640, height: 360, fps: 30, seconds: 120 };
const ENV = { GST_PLUGIN_PATH: ELEMENTS_PATH };

export async function versionOfGstreamer(
  lab: Lab,
  tool: 'gstreamer' | 'debian' = 'gstreamer',
): Promise<string> {
  lab.pathOf(tool);
  const program = lab.debian('gst-launch-1.0', ['--version']);
  await program.endWithin(20_000);
  return /version ([\d.]+)/.exec(program.output)?.[1] ?? 'unknown';
}

/** Starts gst-launch with a pipeline, none of whose words contains spaces. */
export const launch = (lab: Lab, pipeline: string): Program =>
  lab.debian('gst-launch-1.0', ['-e', ...pipeline.trim().split(/\s+/)], { env: ENV });

const film = async (lab: Lab): Promise<string> => {
  const { inRoot } = await lab.film(FILM);
  return `filesrc location=${inRoot} ! matroskademux name=d`;
};
const PICTURE = 'd.video_0 ! queue ! h264parse ! avdec_h264 ! videoconvert ! clocksync';
const SOUND = 'd.audio_0 ! queue ! audioconvert ! audioresample ! clocksync';

const whipclientsink = ({ url, key }: Target) =>
  `whipclientsink name=w signaller::whip-endpoint=${url} signaller::auth-token=${key} video-caps=video/x-h264`;
const whipsink = ({ url, key }: Target) => `whipsink name=w whip-endpoint=${url} auth-token=${key}`;
/** Makes sender reports contain capture times instead of times of sending. */
const REPORT_CAPTURE = 'whip-webrtcbin::rtpbin::rtcp-sync-send-time=false';
const X264 = 'x264enc tune=zerolatency bitrate=800 key-int-max=60 speed-preset=veryfast';

/** AAC and H.264 without B-frames, x264enc's default, into a muxer named `m`. */
const PROGRAM = `${PICTURE} ! ${X264} ! h264parse ! queue ! m. ${SOUND} ! avenc_aac bitrate=96000 ! aacparse ! queue ! m.`;

const debianSender = (
  { name, client, scenario }: Pick<Sender, 'name' | 'client' | 'scenario'>,
  output: (lab: Lab, target: Target) => Promise<string>,
): Sender => ({
  name,
  client,
  scenario,
  tools: ['debian'],
  version: (lab) => versionOfGstreamer(lab, 'debian'),
  publish: async (lab, target) =>
    launch(lab, `${await film(lab)} ${PROGRAM} ${await output(lab, target)}`),
});

export const gstreamerSenders: readonly Sender[] = [
  debianSender(
    { name: 'gst-rtmp', client: 'GStreamer rtmp2sink', scenario: 'RTMP' },
    async ({ onair }, { key }) =>
      `flvmux name=m streamable=true ! rtmp2sink location=${onair.rtmpUrl}/${key}`,
  ),
  debianSender(
    { name: 'gst-srt', client: 'GStreamer srtsink', scenario: 'SRT, from mpegtsmux' },
    async (_lab, { channel }) => {
      const { server, streamId, passphrase } = await channel.srt();
      return `mpegtsmux name=m alignment=7 ! srtsink uri=${server} streamid=${streamId} passphrase=${passphrase}`;
    },
  ),
  {
    name: 'gst-whipclientsink',
    client: 'GStreamer whipclientsink',
    scenario: 'WHIP',
    tools: ['gstreamer'],
    version: versionOfGstreamer,
    publish: async (lab, target) =>
      launch(
        lab,
        `${await film(lab)} ${whipclientsink(target)} ${PICTURE} ! w.video_0 ${SOUND} ! w.audio_0`,
      ),
  },
  whipsinkSender({ name: 'gst-whipsink', scenario: 'WHIP', properties: '' }),
  whipsinkSender({
    name: 'gst-whipsink-capture',
    scenario: 'WHIP, rtcp-sync-send-time=false',
    properties: REPORT_CAPTURE,
  }),
];

function whipsinkSender({
  name,
  scenario,
  properties,
}: Record<'name' | 'scenario' | 'properties', string>): Sender {
  return {
    name,
    client: 'GStreamer whipsink',
    scenario,
    tools: ['gstreamer'],
    version: versionOfGstreamer,
    publish: async (lab, target) =>
      launch(
        lab,
        `${await film(lab)} ${whipsink(target)} ${properties} ${PICTURE} ! ${X264} ! h264parse ! rtph264pay aggregate-mode=zero-latency config-interval=-1 ! application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000 ! w.sink_0 ${SOUND} ! opusenc ! rtpopuspay ! application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2 ! w.sink_1`,
      ),
  };
}
