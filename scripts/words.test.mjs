import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Phrases that CONTRIBUTING.md replaces, and that have no other use in these texts. */
const PHRASES =
  /\b(?:(?:is|are|was|were) told of|but for|go(?:es)? on with|for good|amid|as many as it may|who asks|what is told|log-ins?|is away)\b/i;
const FOLDERS = ['.', 'docs', '.github', '.github/ISSUE_TEMPLATE', 'findings'];

it('the documents use the words of CONTRIBUTING.md', () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(?:md|ya?ml)$|^\.env\.example$/.test(name) && name !== 'CONTRIBUTING.md')
      .map((name) => join(folder, name)),
  );
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line, index) => ({ where: `${file}:${index + 1}`, phrase: PHRASES.exec(line)?.[0] }))
      .filter(({ phrase }) => phrase !== undefined),
  );
  expect(found).toEqual([]);
});
