import { describe, expect, it } from 'vitest';
import { nameSkeleton } from './name-skeleton.js';

describe('nameSkeleton', () => {
  it.each([
    ['famous-host', 'fаmous-host'], // Cyrillic а
    ['famous-host', 'famοus-host'], // Greek ο
    ['famous-host', 'famous‐host'], // another hyphen
    ['famous-host', 'famous—host'],
    ['famous-host', 'Famous Host'],
    ['famous-host', 'famous_host'],
    ['famous-host', 'ｆａｍｏｕｓ－ｈｏｓｔ'],
    ['famous-host', '𝐟𝐚𝐦𝐨𝐮𝐬-𝐡𝐨𝐬𝐭'],
    ['famous-host', 'fámous-höst'],
    ['famous-host', 'famous-\u{200B}host'],
    ['famous-host', 'fam0us-host'],
    ['host', 'Ηost'], // Greek capital Eta
    ['ann', 'ΑΝΝ'], // Greek capitals
    ['tom', 'ΤΟΜ'],
    ['peter', 'РЕТЕR'], // Cyrillic capitals
    ['alice', 'AIice'],
    ['alice', 'a1ice'],
    ['modem', 'modern'],
    ['window', 'vvindovv'],
    ['dave', 'ꓓꓮꓦꓰ'],
    ['apple', 'ᎪᏢᏢᏞᎬ'],
    ['ɑnna', 'anna'],
  ])('is equal for %j and %j', (name, other) => {
    expect(nameSkeleton(other)).toBe(nameSkeleton(name));
  });

  it.each([
    ['ana', 'anna'],
    ['player1', 'player2'],
    ['user3', 'usere'],
    ['bob', 'bop'],
    ['юрий', 'мария'],
    ['東京', '京都'],
    ['🔥', '🎉'],
  ])('differs for %j and %j', (name, other) => {
    expect(nameSkeleton(other)).not.toBe(nameSkeleton(name));
  });

  it.each(['Zoë B.', 'modern', 'Ηost', 'ﬁne', 'ß', '東京'])('is idempotent for %j', (name) => {
    expect(nameSkeleton(nameSkeleton(name))).toBe(nameSkeleton(name));
  });
});
