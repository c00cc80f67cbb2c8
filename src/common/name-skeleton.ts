import { CAPITALS, LETTERS, mapped } from './lookalikes.js';

/** Combining marks and invisible characters. */
const UNSEEN = /[\p{M}\p{Cf}\p{Cc}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;
/** Separators between words, because readers don't remember them exactly. */
const BETWEEN = /[\p{Z}\s\p{Pd}\p{Pc}.·•‧・]/gu;
/** Characters that readers can't tell apart. */
const ALIKE: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', l: 'i', '|': 'i' };

/**
 * Returns the skeleton of a name, which is equal for all names that readers confuse (UTS #39,
 * section 4). The skeleton is used only for comparison and never displayed. It is empty for a name
 * without letters.
 */
export function nameSkeleton(name: string): string {
  const plain = mapped(name.normalize('NFKD'), CAPITALS)
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(UNSEEN, '')
    .replaceAll(BETWEEN, '');
  const latin = mapped(plain, LETTERS).replaceAll('rn', 'm').replaceAll('vv', 'w');
  return mapped(latin, ALIKE);
}
