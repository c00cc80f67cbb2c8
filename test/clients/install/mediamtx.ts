import { Missing } from './cache.js';

/** Returns the path of MediaMTX that MEDIAMTX_BIN names: no package registry has the program. */
export async function installMediamtx(): Promise<string> {
  const path = process.env.MEDIAMTX_BIN;
  if (path === undefined)
    throw new Missing('no package registry has MediaMTX; MEDIAMTX_BIN can name the program');
  return path;
}
