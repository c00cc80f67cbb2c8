import { expect, it } from 'vitest';
import { CAPITALS, LETTERS } from './lookalikes.js';

it.each([
  ['LETTERS', LETTERS, (letter: string) => letter.normalize('NFKD').toLowerCase()],
  ['CAPITALS', CAPITALS, (letter: string) => letter.normalize('NFKD')],
])(
  '%s contains only letters that the steps before its use leave unchanged',
  (_name, table, prepared) => {
    const changed = Object.keys(table).filter((letter) => prepared(letter) !== letter);
    expect(changed).toEqual([]);
  },
);
