import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ELEMENTS_PATH } from '../install/debian-root.js';
import type { Lab } from '../lab.js';
import type { Program } from '../program.js';
import { versionOfFfmpeg } from './ffmpeg.js';
import { versionOfGstreamer } from './gstreamer.js';
import type { Sender, Target } from './sender.js';

const PAGE = 'docs/obs.md';
const URL_IN_PAGE = 'https://live.example.org/whip/NAME';
const KEY_IN_PAGE = 'STREAM_KEY';
/** The name of the input in the page's FFmpeg command. */
const INPUT_IN_PAGE = 'input.mp4';
const FILM = { width: 640, height: 360, fps: 30, seconds: 120 };

/**
 * Returns the shell command below a heading in docs/obs.md, with this channel's address and key.
 */
async function commandFor(heading: string, { url, key }: Target): Promise<string> {
  const page = await readFile(PAGE, 'utf8');
  const section = page.split('\n## ').find((text) => text.startsWith(heading)) ?? '';
  const command = /```sh\n(.*?)```/s.exec(section)?.[1];
  if (command === undefined) throw new Error(`${PAGE} has no command below "${heading}"`);
  return command.replaceAll(URL_IN_PAGE, url).replaceAll(KEY_IN_PAGE, key);
}

/** The FFmpeg command exactly as on the page. */
const ffmpeg: Sender = {
  name: 'docs-ffmpeg',
  client: 'FFmpeg 9',
  scenario: 'WHIP, using the command in docs/obs.md',
  tools: ['ffmpeg9'],
  version: (lab) => versionOfFfmpeg(lab.pathOf('ffmpeg9')),
  publish: async (lab, target) => {
    await symlink((await lab.film(FILM)).path, join(lab.folder, INPUT_IN_PAGE));
    const command = await commandFor('FFmpeg 8', target);
    const path = lab.pathOf('ffmpeg9');
    const exact = command.replace(/^ffmpeg /, `exec ${path} `);
    return lab.other.start('sh', ['-c', exact], { cwd: lab.folder });
  },
};

/** The GStreamer command exactly as on the page. */
const gstreamer: Sender = {
  name: 'docs-gstreamer',
  client: 'GStreamer whipclientsink',
  scenario: 'WHIP, using the command in docs/obs.md',
  tools: ['gstreamer'],
  version: versionOfGstreamer,
  publish: async (lab: Lab, target): Promise<Program> => {
    const command = await commandFor('GStreamer', target);
    return lab.debian('sh', ['-c', `exec ${command}`], {
      env: { GST_PLUGIN_PATH: ELEMENTS_PATH },
    });
  },
};

export const documentedSenders: readonly Sender[] = [ffmpeg, gstreamer];
