import { describe, expect, it } from 'vitest';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';

describe('recovery codes', () => {
  it('are ten different codes without confusable characters', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes)
      expect(code).toMatch(/^[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){2}$/);
  });

  it('match regardless of case, dashes and spaces', () => {
    const [code = ''] = newRecoveryCodes();
    for (const typed of [
      code.toUpperCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')}`,
    ])
      expect(recoveryCodeHash(typed)).toEqual(recoveryCodeHash(code));
    expect(recoveryCodeHash(`${code}x`)).not.toEqual(recoveryCodeHash(code));
  });
});
