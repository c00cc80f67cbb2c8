import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../install/cache.js';
import type { Lab } from '../lab.js';
import type { Sender } from './sender.js';

const SCRIPT = fileURLToPath(new URL('./whip.py', import.meta.url));
const FILM = { width: 640, height: 360, fps: 30, seconds: 120 };

export const versionOfAiortc = async (lab: Lab): Promise<string> => {
  const python = join(lab.pathOf('aiortc'), 'bin/python');
  return (await run(python, ['-c', 'import aiortc; print(aiortc.__version__)'])).trim();
};

export const aiortc: Sender = {
  name: 'aiortc',
  client: 'aiortc',
  scenario: 'WHIP, H.264',
  tools: ['aiortc'],
  version: versionOfAiortc,
  publish: async (lab, { url, key }) => {
    const { path } = await lab.film(FILM);
    return lab.other.start(join(lab.pathOf('aiortc'), 'bin/python'), [SCRIPT, url, key, path]);
  },
};
