import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Program } from '../program.js';
import { versionOfAiortc } from '../senders/aiortc.js';
import { launch, versionOfGstreamer } from '../senders/gstreamer.js';
import { lanUrlOf, PLAYED_S, type Player } from './player.js';

const SCRIPT = fileURLToPath(new URL('./whep.py', import.meta.url));
const GO_MOD = fileURLToPath(new URL('../pion/go.mod', import.meta.url));
/** The time to connect and to exit. */
const EXTRA_MS = 20_000;

/** Returns what the player printed about the received media, or why it received none. */
async function received(program: Program): Promise<string> {
  const code = await program.endWithin(PLAYED_S * 1_000 + EXTRA_MS);
  const line = program.lines.find((one) => one.startsWith('{'));
  if (line === undefined) return `nothing (${code}): ${program.lines.at(-1) ?? ''}`;
  const fields = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const texts = fields.map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `in ${PLAYED_S} s: ${texts.join(', ').replaceAll('"', '') || 'nothing'}`;
}

/** pion's player runs until stopped and prints each track's packets every second. */
async function toldByPion(program: Program): Promise<string> {
  await Promise.race([program.ended, pause(PLAYED_S * 1_000)]);
  await program.stop();
  const line = program.lines.findLast((one) => one.startsWith('['));
  if (line === undefined) return `nothing: ${program.lines.at(-1) ?? ''}`;
  const tracks = JSON.parse(line) as readonly { codec: string; packets: number }[];
  const texts = tracks.map(({ codec, packets }) => `${codec} ${packets} packets`);
  return `in ${PLAYED_S} s: ${texts.toSorted().join(', ') || 'no track'}`;
}

const pion = (name: string, client: string, options: readonly string[]): Player => ({
  name,
  client,
  tools: ['pion'],
  scenarios: ['whep'],
  whatToSet: '',
  version: async () =>
    /pion\/webrtc\/v4 v([\d.]+)/.exec(await readFile(GO_MOD, 'utf8'))?.[1] ?? 'unknown',
  play: (lab, scenario, programme) => {
    const args = [...options, '-endpoint', lanUrlOf(lab, scenario, programme)];
    return toldByPion(lab.other.start(lab.pathOf('pion'), args));
  },
});

export const whepPlayers: readonly Player[] = [
  pion('pion-whep', 'pion, its own offer', []),
  pion('pion-whep-ask', 'pion, the server’s offer', ['-ask']),
  {
    name: 'aiortc-whep',
    client: 'aiortc',
    tools: ['aiortc'],
    scenarios: ['whep'],
    whatToSet: '',
    version: versionOfAiortc,
    play: (lab, scenario, programme) => {
      const python = join(lab.pathOf('aiortc'), 'bin/python');
      return received(
        lab.other.start(python, [SCRIPT, lanUrlOf(lab, scenario, programme), `${PLAYED_S}`]),
      );
    },
  },
];

const LAUNCHED_MS = PLAYED_S * 1_000 + 5_000;
const SINK = 'fpsdisplaysink text-overlay=false video-sink=fakevideosink';
const SOUND_SINK = 'queue ! fakesink sync=false async=false';

const URL_IN_PAGE = 'https://live.example.org/whep/NAME';
type Sinks = Readonly<{ picture: string; sound: string }>;
const COUNTED: Sinks = { picture: SINK, sound: SOUND_SINK };
const SHOWN: Sinks = { picture: 'autovideosink', sound: 'autoaudiosink' };

/** @param pipeline what gst-launch runs */
const gstreamer = (
  name: string,
  client: string,
  pipeline: (url: string, sinks: Sinks) => string,
): Player => ({
  name,
  client,
  tools: ['gstreamer'],
  scenarios: ['whep'],
  whatToSet: '',
  command: `gst-launch-1.0 ${pipeline(URL_IN_PAGE, SHOWN)}`,
  version: versionOfGstreamer,
  play: async (lab, scenario, programme) => {
    const played = launch(lab, `-v ${pipeline(lanUrlOf(lab, scenario, programme), COUNTED)}`);
    await Promise.race([played.ended, pause(LAUNCHED_MS)]);
    // whepsrc reports an error when it is stopped, which isn't the stream's fault.
    const said = played.lines.find((line) => /^ERROR|error:/.test(line));
    await played.stop();
    const shown = [...played.output.matchAll(/rendered: (\d+), dropped: (\d+)/g)].at(-1);
    return `${shown?.[1] ?? 0} frames, ${said ?? 'no complaint'}`;
  },
});

const H264_CAPS =
  'application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1';
const OPUS_CAPS =
  'application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2';

export const gstreamerPlayers: readonly Player[] = [
  gstreamer(
    'gst-whepclientsrc',
    'GStreamer whepclientsrc',
    (url, { picture, sound }) =>
      `whepclientsrc name=s signaller::whep-endpoint=${url} s. ! audio/x-raw ! ${sound} s. ! video/x-raw ! queue ! videoconvert ! ${picture}`,
  ),
  gstreamer(
    'gst-whepsrc',
    'GStreamer whepsrc',
    (url, { picture, sound }) =>
      `whepsrc name=s whep-endpoint=${url} video-caps=${H264_CAPS} audio-caps=${OPUS_CAPS} s. ! application/x-rtp,media=audio ! rtpopusdepay ! opusdec ! audioconvert ! ${sound} s. ! application/x-rtp,media=video ! rtph264depay ! h264parse ! avdec_h264 ! videoconvert ! ${picture}`,
  ),
];
