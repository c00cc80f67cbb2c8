import { CAPITALS, LETTERS, mapped } from './lookalikes.js';

/** Marks that stand on letters, and what can't be seen. */
const UNSEEN = /[\p{M}\p{Cf}\p{Cc}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;
/** What stands between words: nobody remembers which. */
const BETWEEN = /[\p{Z}\s\p{Pd}\p{Pc}.·•‧・]/gu;
/** Told apart by nobody. */
const ALIKE: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', l: 'i', '|': 'i' };

/**
 * What a name looks like: the same for all that a reader takes for the same, as in UTS #39, 4. Two
 * names whose skeletons are equal are one name to people. Never shown; empty for a name without letters.
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
