const LENGTH_MAX = 60;

/**
 * Returns an encoder's name and version from its metadata; null if the metadata contains neither.
 */
export function encoderName(said: unknown): string | null {
  if (typeof said !== 'string') return null;
  const [, obs] = /libobs version ([\d.]+)/.exec(said) ?? [];
  if (obs !== undefined) return `OBS ${obs}`;
  if (/^Lavf[\d.]+$/.test(said)) return 'FFmpeg';
  const plain = said.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '').trim();
  return plain === '' ? null : plain.slice(0, LENGTH_MAX);
}
