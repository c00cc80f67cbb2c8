import type { OfferedLayer } from './read-layers.js';

/** Known sets of rids, each with the lowest quality first. */
const KNOWN_NAMES: readonly (readonly string[])[] = [
  ['q', 'h', 'f'],
  ['l', 'm', 'h'],
  ['lo', 'mid', 'hi'],
  ['low', 'mid', 'high'],
  ['low', 'medium', 'high'],
  ['s', 'm', 'l'],
  ['small', 'medium', 'large'],
  ['180p', '270p', '360p', '480p', '540p', '720p', '1080p', '1440p', '2160p'],
];

/**
 * Returns simulcast layers from lowest to highest, which is the order that the router requires.
 * Offers use either order, which is determined from restrictions such as `max-width` or, if there
 * are none, from known names. Layers numbered from 0 are from OBS, whose first encoder uses the
 * full resolution. The layers of any other offer are assumed to be in the order of a browser's
 * `sendEncodings`, lowest first.
 */
export function worstFirst(layers: readonly OfferedLayer[]): OfferedLayer[] {
  const rank = rankBySize(layers) ?? rankByName(layers) ?? rankByNumber(layers);
  return rank === null ? [...layers] : layers.toSorted((a, b) => rank(a) - rank(b));
}

type Rank = (layer: OfferedLayer) => number;

/**
 * If only some layers have restrictions, a layer without one is assumed to have full resolution.
 */
function rankBySize(layers: readonly OfferedLayer[]): Rank | null {
  const sizes = new Set(layers.map(({ size }) => size));
  if (sizes.size !== layers.length || layers.length < 2) return null;
  return ({ size }) => size ?? Infinity;
}

function rankByName(layers: readonly OfferedLayer[]): Rank | null {
  const names = KNOWN_NAMES.find((known) =>
    layers.every(({ rid }) => known.includes(rid.toLowerCase())),
  );
  return names ? ({ rid }) => names.indexOf(rid.toLowerCase()) : null;
}

function rankByNumber(layers: readonly OfferedLayer[]): Rank | null {
  const isNumbered = layers.every(({ rid }) => /^\d$/.test(rid));
  return isNumbered && layers.some(({ rid }) => rid === '0') ? ({ rid }) => -Number(rid) : null;
}
