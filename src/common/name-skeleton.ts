import { CAPITALS, LETTERS, mapped } from './lookalikes.js';

/** Combining marks and invisible characters. */
const UNSEEN = /[\p{M}\p{Cf}\p{Cc}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;
/** Separators between words, which nobody remembers. */
const BETWEEN = /[\p{Z}\s\p{Pd}\p{Pc}.·•‧・]/gu;
/** Characters that nobody can tell apart. */
const ALIKE: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', l: 'i', '|': 'i' };

/**
 * The skeleton of a name: equal for all names that readers confuse, as in UTS #39, 4. Never shown;
 * empty for a name without letters.
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
