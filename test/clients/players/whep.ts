import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Program } from '../program.js';
import { versionOfAiortc } from '../senders/aiortc.js';
import { lanUrlOf, PLAYED_S, type Player } from './player.js';

const SCRIPT = fileURLToPath(new URL('./whep.py', import.meta.url));
const GO_MOD = fileURLToPath(new URL('../pion/go.mod', import.meta.url));
/** For a connection, and an end. */
const EXTRA_MS = 20_000;

/** What it printed about what came, or why nothing did. */
async function told(program: Program): Promise<string> {
  const code = await program.endWithin(PLAYED_S * 1_000 + EXTRA_MS);
  const line = program.lines.find((one) => one.startsWith('{'));
  if (line === undefined) return `nothing (${code}): ${program.lines.at(-1) ?? ''}`;
  const came = Object.entries(JSON.parse(line) as Record<string, unknown>);
  const texts = came.map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `in ${PLAYED_S} s: ${texts.join(', ').replaceAll('"', '') || 'nothing'}`;
}

/** pion's runs on, and tells each second what came of each track. */
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
  ways: ['whep'],
  whatToSet: '',
  version: async () =>
    /pion\/webrtc\/v4 v([\d.]+)/.exec(await readFile(GO_MOD, 'utf8'))?.[1] ?? 'unknown',
  play: (lab, way, programme) => {
    const args = [...options, '-endpoint', lanUrlOf(lab, way, programme)];
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
    ways: ['whep'],
    whatToSet: '',
    version: versionOfAiortc,
    play: (lab, way, programme) => {
      const python = join(lab.pathOf('aiortc'), 'bin/python');
      return told(lab.other.start(python, [SCRIPT, lanUrlOf(lab, way, programme), `${PLAYED_S}`]));
    },
  },
];
