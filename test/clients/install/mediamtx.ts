import { Missing } from './cache.js';

/** Returns the path of MediaMTX from MEDIAMTX_BIN, because no package registry offers MediaMTX. */
export async function installMediamtx(): Promise<string> {
  const path = process.env.MEDIAMTX_BIN;
  if (path === undefined)
    throw new Missing('no package registry offers MediaMTX; MEDIAMTX_BIN can name the program');
  return path;
}
