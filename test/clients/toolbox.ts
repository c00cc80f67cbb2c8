import { Missing } from './install/cache.js';
import { installDebianRoot, installElements, installObs } from './install/debian-root.js';
import { installPion } from './install/go.js';
import { installMediamtx } from './install/mediamtx.js';
import { installAiortc, installFfmpeg7, installFfmpeg9 } from './install/python.js';

const INSTALLERS = {
  /** The path of the root folder. */
  debian: installDebianRoot,
  /** The same root, with GStreamer's WHIP and WHEP elements. */
  gstreamer: installElements,
  /** The same root, with an OBS that supports WHIP. */
  obs: installObs,
  /** The path of the program. */
  ffmpeg9: installFfmpeg9,
  /** The path of the program. */
  ffmpeg7: installFfmpeg7,
  /** The folder of a Python environment. */
  aiortc: installAiortc,
  /** The path of the program. */
  mediamtx: installMediamtx,
  /** The path of a WHEP player. */
  pion: installPion,
} as const;

export type Tool = keyof typeof INSTALLERS;

/** The path of each tool, or the reason why it isn't available. */
export type Found = Readonly<Partial<Record<Tool, { path: string } | { missing: string }>>>;

/** Installs the missing tools. Only this step needs the network. */
export async function findTools(tools: Iterable<Tool>): Promise<Found> {
  const found: Partial<Record<Tool, { path: string } | { missing: string }>> = {};
  for (const tool of new Set(tools))
    found[tool] = await INSTALLERS[tool]().then(
      (path) => ({ path }),
      (error: unknown) => {
        if (error instanceof Missing) return { missing: error.message };
        throw error;
      },
    );
  return found;
}

/** @throws {Missing} */
export function pathOf(found: Found, tool: Tool): string {
  const one = found[tool];
  if (one === undefined) throw new Error(`${tool} was not requested`);
  if ('missing' in one) throw new Missing(one.missing);
  return one.path;
}
