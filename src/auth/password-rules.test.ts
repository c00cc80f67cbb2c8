import { describe, expect, it } from 'vitest';
import { COMMON_PASSWORDS } from './common-passwords.js';
import { assertNotCommon } from './password-rules.js';

const refusal = expect.objectContaining({
  code: 'bad_request',
  issues: [expect.objectContaining({ path: 'password' })],
});

describe('assertNotCommon', () => {
  it.each([
    'qwertyuiop',
    'QwertyUiop',
    'password123',
    'password123!',
    '  password123 ',
    'ｐａｓｓｗｏｒｄ１２３',
    'aaaaaaaaaaab',
    'abcabcabcabc',
    'annette',
    'annette1!',
    'annetteannette',
  ])('rejects %s', (password) => {
    expect(() => assertNotCommon(password, 'annette')).toThrow(refusal);
  });

  it.each(['correct horse battery', 'annette likes tea', 'пароль от дома', 'x9#kd02mvq'])(
    'accepts %s',
    (password) => {
      expect(() => assertNotCommon(password, 'annette')).not.toThrow();
    },
  );

  it('lists several hundred passwords, all of at least the minimum length', () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(300);
    expect(COMMON_PASSWORDS.size).toBeLessThan(1_000);
    expect([...COMMON_PASSWORDS].filter((word) => word.length < 10)).toEqual([]);
  });
});
