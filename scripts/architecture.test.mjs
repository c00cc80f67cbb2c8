import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import architecture from '../architecture.cjs';
import { folderTable } from './architecture.mjs';

const known = architecture.folders.map(({ folder }) => folder);
/** Removes the padding that the formatter adds to tables. @param {string} text */
const unpadded = (text) => text.replaceAll(/ +\|/g, ' |').replaceAll(/\| -+ /g, '| --- ');

describe('architecture', () => {
  it('names every folder of the server and the pages', () => {
    const folders = ['src', 'web'].flatMap((parent) =>
      readdirSync(parent, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !['generated', 'public'].includes(entry.name))
        .map(({ name }) => `${parent}/${name}`),
    );
    expect(folders.filter((folder) => !known.includes(folder))).toEqual([]);
    expect(known.filter((folder) => !folders.includes(folder))).toEqual([]);
  });

  it('lets a folder import only folders listed before it', () => {
    const upward = architecture.folders.flatMap(({ folder, imports }, index) =>
      imports
        .filter(
          (name) =>
            !known.slice(0, index).includes(`src/${name}`) &&
            !known.slice(0, index).includes(`web/${name}`),
        )
        .map((name) => `${folder} -> ${name}`),
    );
    expect(upward).toEqual([]);
  });

  it('names classes after the role in the name of their file', () => {
    const roles = ['Controller', 'Gateway', 'Guard', 'Module', 'Service'];
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' });
    const misnamed = files.flatMap((file) => {
      const role = roles.find((one) => file.endsWith(`.${one.toLowerCase()}.ts`));
      const text = role ? readFileSync(`src/${file}`, 'utf8') : '';
      return role && !new RegExp(`^(export )?(abstract )?class \\w*${role}\\b`, 'm').test(text)
        ? [file]
        : [];
    });
    expect(misnamed).toEqual([]);
  });

  it('matches the table in ARCHITECTURE.md', () => {
    expect(unpadded(readFileSync('ARCHITECTURE.md', 'utf8'))).toContain(unpadded(folderTable()));
  });
});
