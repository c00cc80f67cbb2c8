import { join } from 'node:path';
import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { ffmpegBin } from '../../support/ffmpeg.js';
import type { Lab } from '../lab.js';
import type { Program } from '../program.js';
import { describeSight, sightOf } from '../sight.js';
import { lanUrlOf, PLAYED_S, type Player, type Scenario } from './player.js';

const HLS_SCENARIOS: readonly Scenario[] = ['live', 'rewind', 'recording', 'size change'];
const LIVE_SCENARIOS: readonly Scenario[] = ['live', 'recording', 'size change'];
/** The time to start, buffer and exit, in addition to the time played. */
const EXTRA_MS = 20_000;
const PLAYED_MS = PLAYED_S * 1_000;
const VLC_LIVE_S = 25;
/** In this time, a recording with a size change shows both sizes. */
const secondsOf = (scenario: Scenario) =>
  scenario === 'size change' || scenario === 'recording' ? 40 : PLAYED_S;

/** Waits until the program exits, and kills it if it is late. */
async function finished(program: Program, seconds: number): Promise<string> {
  const code = await program.endWithin(seconds * 1_000 + EXTRA_MS);
  return code === 0
    ? ''
    : code === null
      ? ', killed because it did not exit'
      : `, ended with ${code}`;
}

/**
 * Messages that are caused by this lab, not by the stream: no desktop, stopping on request, and
 * VLC's output to a file.
 */
const NOT_THE_STREAM =
  /dbus|Immediate exit|interface|video converter|level of recursion|adapt decoder format|video output/i;

const complaints = (program: Program): string => {
  const said = program.lines.filter(
    (line) =>
      /error|invalid|corrupt|concealing|non.?mono/i.test(line) && !NOT_THE_STREAM.test(line),
  );
  return said.length === 0
    ? 'no complaint'
    : `${said.length} ${said.length === 1 ? 'complaint' : 'complaints'}: ${withoutAddresses(said[0] ?? '').slice(0, 160)}`;
};

/** Removes what is different in every run: `[null @ 0x5604efde9c80]` becomes `[null]`. */
const withoutAddresses = (line: string): string => line.replaceAll(/ @ 0x[\da-f]+(?=\])/g, '');

function ffmpegPlayer(
  name: string,
  client: string,
  {
    tools,
    program,
    ...more
  }: Pick<Player, 'tools' | 'remarks'> & { program: (lab: Lab) => string | null },
): Player {
  const start = (lab: Lab, args: string[]) => {
    const path = program(lab);
    return path === null ? lab.debian('ffmpeg', args) : lab.other.start(path, args);
  };
  return {
    name,
    client,
    tools,
    scenarios: HLS_SCENARIOS,
    whatToSet: '`-live_start_index 0` to rewind',
    ...more,
    version: async (lab) => {
      const asked = start(lab, ['-version']);
      await asked.endWithin(EXTRA_MS);
      return /ffmpeg version n?([\d.]+)/.exec(asked.output)?.[1] ?? 'unknown';
    },
    play: async (lab, scenario, programme) => {
      const from = scenario === 'rewind' ? ['-live_start_index', '0'] : [];
      const input = [
        ...from,
        '-i',
        lanUrlOf(lab, scenario, programme),
        '-t',
        `${secondsOf(scenario)}`,
      ];
      const args = ['-hide_banner', '-v', 'info', '-nostdin', ...input, '-f', 'null', '-'];
      const played = start(lab, args);
      const end = await finished(played, secondsOf(scenario));
      const frames = /frame=\s*(\d+)(?!.*frame=)/s.exec(played.output)?.[1] ?? '0';
      return `${frames} frames, ${complaints(played)}${end}`;
    },
  };
}

/** mpv prints no progress if its output is not a terminal. */
const MPV_SCRIPT = `
mp.add_periodic_timer(0.25, function()
  local at, w, h = mp.get_property_number('time-pos'), mp.get_property('width'), mp.get_property('height')
  if at and w and h then print(string.format('at %.2f %sx%s', at, w, h)) end
end)
`;

const mpv: Player = {
  name: 'mpv',
  client: 'mpv',
  tools: ['debian'],
  scenarios: HLS_SCENARIOS,
  whatToSet: '`--demuxer-lavf-o=live_start_index=0` to rewind',
  version: (lab) => versionOf(lab, 'mpv', /mpv v?([\d.]+)/),
  play: async (lab, scenario, programme) => {
    const script = join(lab.folder, 'tell.lua');
    await writeFile(script, MPV_SCRIPT);
    const options = ['--no-config', '--vo=null', '--ao=null', `--script=${lab.inRoot(script)}`];
    const from = scenario === 'rewind' ? ['--demuxer-lavf-o=live_start_index=0'] : [];
    const url = lanUrlOf(lab, scenario, programme);
    const length = `--length=${secondsOf(scenario)}`;
    const played = lab.debian('mpv', [...options, ...from, length, url]);
    const end = await finished(played, secondsOf(scenario));
    const places = [...played.output.matchAll(/at ([\d.]+) (\d+x\d+)/g)];
    const sizes = [...new Set(places.map(([, , size]) => size))].join(' then ');
    const [first = 0, last = 0] = [places[0], places.at(-1)].map((place) =>
      Number(place?.[1] ?? 0),
    );
    return `${(last - first).toFixed(1)} s played, ${sizes || 'no picture'}, ${complaints(played)}${end}`;
  },
};

const vlc: Player = {
  name: 'vlc',
  client: 'VLC',
  tools: ['debian'],
  scenarios: LIVE_SCENARIOS,
  whatToSet: '',
  remarks:
    'When the size of the picture changes, VLC 3 reports that it can’t convert timestamps, and may not stop by itself at the end of a recording. It reports the same for such a playlist made by FFmpeg.',
  version: (lab) => versionOf(lab, 'vlc', /VLC (?:media player|version) ([\d.]+)/),
  play: async (lab, scenario, programme) => {
    // The run time includes some seconds of buffering.
    const seconds = scenario === 'live' ? VLC_LIVE_S : secondsOf(scenario);
    const folder = join(lab.folder, `vlc-${scenario.replace(' ', '-')}`);
    await mkdir(folder);
    await chmod(folder, 0o777);
    const file = join(folder, 'shown.y4m');
    const url = lanUrlOf(lab, scenario, programme);
    // VLC prints no progress, so its output is written to a file.
    const shown = ['--vout=yuv', '--yuv-yuv4mpeg2', `--yuv-file=${lab.inRoot(file)}`];
    const args = ['-I', 'dummy', '-v', '--no-color', '--aout=dummy', '--no-dbus', ...shown];
    const played = lab.debian(
      'vlc',
      [...args, `--run-time=${seconds}`, '--play-and-exit', url, 'vlc://quit'],
      { asNobody: true },
    );
    const end = await finished(played, seconds);
    const sight = await sightOf(file).catch(() => null);
    await rm(file, { force: true });
    const pictures =
      sight === null ? 'no picture' : `${sight.frames} frames, ${sight.sizes.join(' then ')}`;
    return `${pictures}, ${complaints(played)}${end}`;
  },
};

/** A program that saves the stream to a file, which is then decoded. */
function saver(
  name: string,
  client: string,
  {
    whatToSet,
    args,
  }: Pick<Player, 'whatToSet'> & {
    args: (url: string, file: string, scenario: Scenario) => string[];
  },
): Player {
  return {
    name,
    client,
    tools: ['debian'],
    scenarios: LIVE_SCENARIOS,
    whatToSet,
    version: (lab) => versionOf(lab, name, /([\d.]{3,})/),
    play: async (lab, scenario, programme) => {
      const file = join(lab.folder, `${name}-${scenario.replace(' ', '-')}.saved`);
      const url = lanUrlOf(lab, scenario, programme);
      const played = lab.debian(name, args(url, lab.inRoot(file), scenario));
      await Promise.race([
        played.ended,
        timer(scenario === 'live' ? PLAYED_MS + 8_000 : PLAYED_MS + EXTRA_MS),
      ]);
      await played.stop();
      const beginning = `${name}-${scenario.replace(' ', '-')}`;
      const first = (await readdir(lab.folder)).find((one) => one.startsWith(beginning));
      if (first === undefined) return `nothing saved: ${played.lines.slice(-1).join()}`;
      const { size } = await stat(join(lab.folder, first));
      return `${Math.round(size / 1_000)} kB: ${describeSight(await sightOf(join(lab.folder, first)))}, ${complaints(played)}`;
    },
  };
}

const timer = async (ms: number) => {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms).unref();
  });
};

async function versionOf(lab: Lab, command: string, pattern: RegExp): Promise<string> {
  const program = lab.debian(command, ['--version'], { asNobody: command === 'vlc' });
  await program.endWithin(EXTRA_MS);
  return pattern.exec(program.output)?.[1] ?? 'unknown';
}

const gstreamer: Player = {
  name: 'gst-playbin',
  client: 'GStreamer playbin3',
  tools: ['debian'],
  scenarios: LIVE_SCENARIOS,
  whatToSet: '',
  version: (lab) => versionOf(lab, 'gst-launch-1.0', /version ([\d.]+)/),
  play: async (lab, scenario, programme) => {
    const sink =
      'fpsdisplaysink text-overlay=false signal-fps-measurements=true video-sink=fakevideosink';
    const uri = `uri=${lanUrlOf(lab, scenario, programme)}`;
    const sinks = [`video-sink=${sink}`, 'audio-sink=fakeaudiosink'];
    const played = lab.debian('gst-launch-1.0', ['-v', 'playbin3', uri, ...sinks]);
    await Promise.race([
      played.ended,
      timer(secondsOf(scenario) === PLAYED_S ? PLAYED_MS + 5_000 : 35_000),
    ]);
    await played.stop();
    const shown = [...played.output.matchAll(/rendered: (\d+), dropped: (\d+)/g)].at(-1);
    return `${shown?.[1] ?? 0} frames, ${shown?.[2] ?? 0} dropped, ${complaints(played)}`;
  },
};

const GAP = `FFmpeg 7 and 9 complain once about their own timestamps when a broadcast with Opus was interrupted for more than 10 s: the \`ffmpeg\` program closes such a gap, but places the first packet after it at the time of the last one before it. Nothing is lost. \`-dts_delta_threshold 3600\` keeps the gap and the silence; with AAC (\`-map 0:v -map 0:a:1\`) it doesn't complain. \`findings/ffmpeg-opus-after-gap.sh\` reproduces this without Onair.`;

export const nativePlayers: readonly Player[] = [
  ffmpegPlayer('play-ffmpeg-here', 'FFmpeg from Debian 12', {
    tools: [],
    program: () => ffmpegBin,
  }),
  ffmpegPlayer('play-ffmpeg-9', 'FFmpeg 9', {
    tools: ['ffmpeg9'],
    remarks: GAP,
    program: (lab) => lab.pathOf('ffmpeg9'),
  }),
  ffmpegPlayer('play-ffmpeg-7', 'FFmpeg 7', {
    tools: ['ffmpeg7'],
    program: (lab) => lab.pathOf('ffmpeg7'),
  }),
  ffmpegPlayer('play-ffmpeg-debian', 'FFmpeg from Debian forky', {
    tools: ['debian'],
    program: () => null,
  }),
  mpv,
  vlc,
  saver('streamlink', 'Streamlink', {
    whatToSet: '',
    args: (url, file) => ['--force', '--output', file, `hls://${url}`, 'best'],
  }),
  saver('yt-dlp', 'yt-dlp', {
    whatToSet: '',
    args: (url, file) => ['--no-part', '--no-cache-dir', '--output', file, url],
  }),
  gstreamer,
];
