import type { OfferedLayer } from './read-layers.js';

/** Names that say how good a layer is, the worst first. */
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
 * Simulcast layers from the worst to the best, which is the order that the router wants. Offers list
 * them either way: restrictions (`max-width` and the like) decide, then names that say it. Layers that are
 * numbered from 0 are OBS's, whose first encoder is the full picture; anything else is
 * in the order of the browsers' `sendEncodings`, the smallest first.
 */
export function worstFirst(layers: readonly OfferedLayer[]): OfferedLayer[] {
  const rank = rankBySize(layers) ?? rankByName(layers) ?? rankByNumber(layers);
  return rank === null ? [...layers] : layers.toSorted((a, b) => rank(a) - rank(b));
}

type Rank = (layer: OfferedLayer) => number;

/** A layer without restrictions among those that have some is the full picture. */
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
