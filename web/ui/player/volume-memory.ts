/** The user's volume, which is stored for the next page. */
export interface Loudness {
  /** The volume, from 0 to 1. */
  volume: number;
  muted: boolean;
}

const KEY = 'onair.loudness';

/** Parses the stored volume. Returns full volume if it is missing or invalid. */
export function parseLoudness(stored: string | null): Loudness {
  const [volume, muted] = (stored ?? '').split(' ');
  const value = Number(volume);
  return volume !== '' && value >= 0 && value <= 1
    ? { volume: value, muted: muted === 'muted' }
    : { volume: 1, muted: false };
}

export function readLoudness(): Loudness {
  try {
    return parseLoudness(localStorage.getItem(KEY));
  } catch {
    // Storage is blocked, for example in a sandboxed embed.
    return parseLoudness(null);
  }
}

export function keepLoudness({ volume, muted }: Loudness): void {
  try {
    localStorage.setItem(KEY, muted ? `${volume} muted` : `${volume}`);
  } catch {
    // Storage is blocked, so the volume lasts for this page only.
  }
}
