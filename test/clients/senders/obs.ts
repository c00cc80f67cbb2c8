import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab.js';
import type { Program } from '../program.js';
import type { Sender, Target } from './sender.js';

const DISPLAY = ':77';
const NAME = 'Laboratory';
const RECORDINGS = 'recordings';
/**
 * The film is longer than every test except long runs, because audio and video would restart when
 * it repeats.
 */
const FILM_S = 120;

/** The contents of OBS's service.json. */
type Service = Readonly<{ type: string; settings: Readonly<Record<string, string>> }>;

type ObsOptions = Readonly<{
  service?: (lab: Lab, target: Target) => Service | Promise<Service>;
  layers?: number;
  width?: number;
  height?: number;
  bitrateKbps?: number;
  filmS?: number;
}>;

const homeOf = (lab: Lab, { channel }: Target) => join(lab.folder, `obs-${channel.name}`);

/**
 * Starts OBS in simple output mode, with default settings except for the service. OBS also records
 * what it sends, from the same encoders; this is the reference for the offset between audio and
 * video.
 */
export async function startObs(
  lab: Lab,
  target: Target,
  options: ObsOptions = {},
): Promise<Program> {
  const { layers = 1, width = 640, height = 360, bitrateKbps = 1_200, filmS = FILM_S } = options;
  const service = await (options.service ?? whip)(lab, target);
  const film = await lab.film({ width, height, fps: 30, seconds: filmS });
  const home = homeOf(lab, target);
  const inRoot = lab.inRoot(home);
  const folder = join(home, '.config/obs-studio');
  const profile = join(folder, `basic/profiles/${NAME}`);
  await mkdir(profile, { recursive: true });
  await mkdir(join(folder, 'basic/scenes'), { recursive: true });
  await mkdir(join(home, 'run'), { mode: 0o700 });
  await mkdir(join(home, RECORDINGS));
  const user = `[General]\nFirstRun=true\nConfirmOnExit=false\n[Basic]\nProfile=${NAME}\nProfileDir=${NAME}\nSceneCollection=${NAME}\nSceneCollectionFile=${NAME}\n`;
  await writeFile(join(folder, 'global.ini'), user);
  await writeFile(join(folder, 'user.ini'), user);
  await writeFile(
    join(profile, 'basic.ini'),
    `[General]\nName=${NAME}\n[Stream1]\nWHIPSimulcastTotalLayers=${layers}\n` +
      `[SimpleOutput]\nFilePath=${inRoot}/${RECORDINGS}\nRecFormat2=mkv\nRecQuality=Stream\nVBitrate=${bitrateKbps}\nStreamEncoder=x264\nPreset=veryfast\n` +
      `[Video]\nBaseCX=${width}\nBaseCY=${height}\nOutputCX=${width}\nOutputCY=${height}\nFPSType=0\nFPSCommon=30\n` +
      '[Audio]\nSampleRate=48000\nChannelSetup=Stereo\n',
  );
  await writeFile(join(profile, 'service.json'), JSON.stringify(service));
  await writeFile(
    join(folder, `basic/scenes/${NAME}.json`),
    JSON.stringify(collection(film.inRoot, { width, height })),
  );
  await lab.display(DISPLAY);
  const flags = [
    '--startstreaming',
    '--startrecording',
    '--minimize-to-tray',
    '--multi',
    '--disable-shutdown-check',
  ];
  const more = ['--disable-updater', '--disable-missing-files-check', '--profile', NAME];
  return lab.debian('obs', [...flags, ...more, '--collection', NAME], {
    env: {
      DISPLAY,
      HOME: inRoot,
      XDG_RUNTIME_DIR: `${inRoot}/run`,
      QT_QPA_PLATFORM: 'xcb',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  });
}

const whip = (_lab: Lab, { url, key }: Target): Service => ({
  type: 'whip_custom',
  settings: { server: url, bearer_token: key },
});
const rtmp = ({ onair }: Lab, { key }: Target): Service => ({
  type: 'rtmp_custom',
  settings: { server: onair.rtmpUrl, key },
});
/** OBS sends SRT through the same service as RTMP; the URL's scheme decides. */
const srt = async (_lab: Lab, { channel }: Target): Promise<Service> => ({
  type: 'rtmp_custom',
  settings: { server: (await channel.srt()).url, key: '' },
});

/** A collection with one scene, which the film fills. */
function collection(file: string, { width, height }: { width: number; height: number }) {
  const settings = { local_file: file, is_local_file: true, looping: true, hw_decode: false };
  const film = { id: 'ffmpeg_source', name: 'film', settings, mixers: 255, volume: 1 };
  const item = { name: 'film', id: 1, visible: true, bounds: { x: width, y: height } };
  const scene = {
    id: 'scene',
    name: 'Scene',
    settings: { id_counter: 1, items: [{ ...item, bounds_type: 2 }] },
  };
  return {
    name: NAME,
    current_scene: 'Scene',
    current_program_scene: 'Scene',
    scene_order: [{ name: 'Scene' }],
    sources: [film, scene],
  };
}

/** Returns the path of OBS's own recording, or null if there is none. */
export async function ownRecordingOfObs(lab: Lab, target: Target): Promise<string | null> {
  const folder = join(homeOf(lab, target), RECORDINGS);
  const file = (await readdir(folder)).find((one) => one.endsWith('.mkv'));
  return file === undefined ? null : join(folder, file);
}

export async function versionOfObs(lab: Lab, tool: 'obs' | 'debian' = 'obs'): Promise<string> {
  lab.pathOf(tool);
  const program = lab.debian('obs', ['--version']);
  await program.endWithin(20_000);
  return /OBS Studio - ([\d.]+)/.exec(program.output)?.[1] ?? 'unknown';
}

/** @param tool `obs` if the scenario needs an OBS that supports WHIP */
const obs = (
  tool: 'obs' | 'debian',
  name: string,
  scenario: string,
  options: ObsOptions,
): Sender => ({
  name,
  client: 'OBS Studio',
  scenario,
  tools: [tool],
  version: (lab) => versionOfObs(lab, tool),
  publish: (lab, target) => startObs(lab, target, options),
  ownRecording: ownRecordingOfObs,
});

export const obsSenders: readonly Sender[] = [
  obs('obs', 'obs', 'WHIP, one layer', {}),
  obs('obs', 'obs-3-layers', 'WHIP, three layers', { layers: 3 }),
  obs('debian', 'obs-rtmp', 'RTMP, with OBS’s defaults', { service: rtmp }),
  obs('debian', 'obs-srt', 'SRT, with OBS’s defaults', { service: srt }),
];
