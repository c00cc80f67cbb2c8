import fc from 'fast-check';

/** Picks one of the session descriptions, then removes, duplicates, swaps or truncates lines. */
export function changedSdp(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    kind: fc.constantFrom('drop', 'double', 'swap', 'cut'),
    at: fc.nat(),
    to: fc.nat(),
  });
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(change, { minLength: 1, maxLength: 12 }))
    .map(([sdp, changes]) => {
      const lines = sdp.split('\r\n');
      for (const { kind, at, to } of changes) {
        const [from, target] = [at % lines.length, to % lines.length];
        const line = lines[from] ?? '';
        if (kind === 'drop') lines.splice(from, 1);
        if (kind === 'double') lines.splice(target, 0, line);
        if (kind === 'swap') [lines[from], lines[target]] = [lines[target] ?? '', line];
        if (kind === 'cut') lines[from] = line.slice(0, to % (line.length + 1));
      }
      return lines.join('\r\n');
    });
}
