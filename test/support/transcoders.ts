import { readdirSync, readFileSync } from 'node:fs';

/** Returns the ids of the FFmpeg processes that transcode for a server in this process. */
export function transcoderPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const isChild = read(pid, 'stat').split(') ').at(-1)?.split(' ')[1] === String(process.pid);
      return isChild && read(pid, 'cmdline').includes('-force_key_frames');
    });
}

/** Returns an empty string if the process has ended. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
