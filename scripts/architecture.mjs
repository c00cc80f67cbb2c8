// `node scripts/architecture.mjs`: writes the table of folders in ARCHITECTURE.md from architecture.cjs.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import architecture from '../architecture.cjs';
import { binDir, root } from './set-up/paths.mjs';

const BEGIN = '<!-- The table of folders, written by `node scripts/architecture.mjs` -->';
const END = '<!-- End of the table -->';

/** The table of folders, in Markdown. */
export function folderTable() {
  const rows = architecture.folders.map(
    ({ folder, holds, imports }) => `| \`${folder}\` | ${holds} | ${imports.join(', ')} |`,
  );
  return ['| folder | holds | may import |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * Puts the table between its two marks.
 * @param {string} document ARCHITECTURE.md
 * @throws {Error} when a mark is missing
 */
export function withFolderTable(document) {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md lacks "${BEGIN}" or "${END}".`);
  return `${document.slice(0, from + BEGIN.length)}\n\n${folderTable()}\n\n${document.slice(to)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = join(root, 'ARCHITECTURE.md');
  writeFileSync(file, withFolderTable(readFileSync(file, 'utf8')));
  spawnSync(join(binDir, 'oxfmt'), [file], { stdio: 'inherit' });
}
