import { ffmpegBin } from '../../support/ffmpeg.js';
import { filmInputs } from '../film.js';
import { run } from '../install/cache.js';
import type { Lab } from '../lab.js';
import { Program } from '../program.js';
import type { Sender, Target } from './sender.js';

const USUAL = { width: 640, height: 360, fps: 30, bitrateKbps: 800 };
const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-bf', '0'];
const KEY_FRAMES = ['-pix_fmt', 'yuv420p', '-g', '60', '-level', '3.1'];
const OPUS = ['-c:a', 'libopus', '-ac', '2', '-b:a', '96k'];

export const versionOfFfmpeg = async (path: string): Promise<string> =>
  /ffmpeg version n?([\d.]+)/.exec(await run(path, ['-version']))?.[1] ?? 'unknown';

export const whipArgs = ({ url, key }: Target, format: typeof USUAL = USUAL): string[] => [
  ...[...filmInputs(format), ...H264, ...KEY_FRAMES, '-b:v', `${format.bitrateKbps}k`, ...OPUS],
  ...['-f', 'whip', '-authorization', key, url],
];

/** FFmpeg 9 on the second machine. */
const ffmpeg9: Sender = {
  name: 'ffmpeg-9',
  client: 'FFmpeg 9',
  scenario: 'WHIP, from another machine',
  tools: ['ffmpeg9'],
  version: (lab) => versionOfFfmpeg(lab.pathOf('ffmpeg9')),
  publish: async (lab, target) => lab.other.start(lab.pathOf('ffmpeg9'), whipArgs(target)),
};

const ffmpeg9Near: Sender = {
  ...ffmpeg9,
  name: 'ffmpeg-9-near',
  scenario: 'WHIP, on the server’s machine',
  publish: async (lab, target) => {
    const url = target.url.replace(lab.onair.lanUrl, lab.onair.url);
    return Program.start(lab.pathOf('ffmpeg9'), whipArgs({ ...target, url }));
  },
};

/** This machine's FFmpeg. */
const ffmpegHere: Sender = {
  name: 'ffmpeg-here',
  client: 'The server’s FFmpeg',
  scenario: 'WHIP',
  tools: [],
  version: () => versionOfFfmpeg(ffmpegBin),
  publish: async (lab: Lab, target) => lab.other.start(ffmpegBin, whipArgs(target)),
};

const AAC = ['-c:a', 'aac', '-ac', '2', '-b:a', '96k'];

const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-level', '3.1'];

/** @param codec the video encoder and its options */
const programArgs = (codec: readonly string[]): string[] => [
  ...[...filmInputs(USUAL), ...codec, '-pix_fmt', 'yuv420p', '-g', '60'],
  ...['-b:v', `${USUAL.bitrateKbps}k`, ...AAC],
];

const rtmpArgs = ({ onair }: Lab, { key }: Target, codec: readonly string[]): string[] => [
  ...[...programArgs(codec), '-f', 'flv', `${onair.rtmpUrl}/${key}`],
];

const rtmp: Sender = {
  ...ffmpegHere,
  name: 'ffmpeg-rtmp',
  scenario: 'RTMP, without B-frames',
  publish: async (lab, target) =>
    lab.other.start(ffmpegBin, rtmpArgs(lab, target, [...X264, '-bf', '0'])),
};

const rtmpReordered: Sender = {
  ...rtmp,
  name: 'ffmpeg-rtmp-b-frames',
  scenario: 'RTMP, with x264’s B-frames',
  publish: async (lab, target) => lab.other.start(ffmpegBin, rtmpArgs(lab, target, X264)),
};

const srtReordered: Sender = {
  ...ffmpegHere,
  name: 'ffmpeg-srt-b-frames',
  scenario: 'SRT, with x264’s B-frames',
  publish: async (lab, { channel }) => {
    const { url } = await channel.srt();
    return lab.other.start(ffmpegBin, [...programArgs(X264), '-f', 'mpegts', url]);
  },
};

/** Codecs that Onair rejects over RTMP; FFmpeg sends them as Enhanced RTMP. */
const enhanced = (name: string, codec: string, options: readonly string[]): Sender => ({
  ...ffmpeg9,
  name,
  scenario: `Enhanced RTMP, ${codec}`,
  publish: async (lab, target) =>
    lab.other.start(lab.pathOf('ffmpeg9'), rtmpArgs(lab, target, options)),
});

export const ffmpegSenders: readonly Sender[] = [
  ffmpeg9,
  ffmpeg9Near,
  ffmpegHere,
  rtmp,
  rtmpReordered,
  srtReordered,
  enhanced('ffmpeg-rtmp-hevc', 'H.265', ['-c:v', 'libx265', '-preset', 'ultrafast']),
  enhanced('ffmpeg-rtmp-av1', 'AV1', ['-c:v', 'libsvtav1', '-preset', '12']),
];
