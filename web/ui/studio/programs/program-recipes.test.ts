import { describe, expect, it } from 'vitest';
import { recipes, srtUrl } from './program-recipes.js';

const ENDPOINT = 'https://live.example/whip/ada';
const SERVER = 'rtmp://live.example/live';
const SRT_URL = srtUrl('srt://live.example:8890', 'ada', 'words');
const PLACE = {
  endpoint: ENDPOINT,
  rtmpServer: SERVER,
  acceptsSrt: false,
  srtAddress: null,
  key: 'live_secret',
};

describe('recipes', () => {
  it('include the address and the key in their commands', () => {
    const commands = recipes(PLACE).flatMap(({ command }) => command ?? []);
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(command).toContain('live_secret');
    expect(commands[0]).toContain(ENDPOINT);
    expect(commands[1]).toContain(ENDPOINT);
    expect(commands[2]).toContain(`${SERVER}/live_secret`);
  });

  it('show a placeholder when the key is no longer available', () => {
    const commands = recipes({ ...PLACE, key: null }).flatMap(({ command }) => command ?? []);
    for (const command of commands) expect(command).toContain('STREAM_KEY');
  });

  it('omit RTMP if the server doesn’t accept it', () => {
    const ids = recipes({ ...PLACE, rtmpServer: null }).map(({ id }) => id);
    expect(ids).toEqual(['obs', 'ffmpeg', 'gstreamer']);
  });

  it('include the SRT address while its passphrase is shown, and no command without it', () => {
    const srt = (srtAddress: string | null) =>
      recipes({ ...PLACE, acceptsSrt: true, srtAddress }).at(-1);
    expect(srt(SRT_URL)?.command).toContain(
      "'srt://live.example:8890?streamid=publish:ada&passphrase=words'",
    );
    expect(srt(null)).toMatchObject({ id: 'srt', command: null });
  });
});
