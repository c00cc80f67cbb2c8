import { describe, expect, it } from 'vitest';
import { hex } from '../../../test/support/rtp-packetizer.js';
import { UnitAssembly } from './unit-assembly.js';

const assemblyOf = (...pieces: string[]): UnitAssembly => {
  const assembly = new UnitAssembly();
  for (const piece of pieces) assembly.add(hex(piece));
  return assembly;
};

describe('UnitAssembly', () => {
  it('joins its pieces and is empty afterwards', () => {
    const assembly = assemblyOf('01', '', '0203');
    expect(assembly.take()).toEqual(hex('010203'));
    expect([assembly.end, assembly.take().length]).toEqual([0, 0]);
  });

  it('copies and counts bytes from a position, up to a limit', () => {
    const assembly = assemblyOf('01', '0203', '0405');
    expect(assembly.bytesFrom(1)).toBe(4);
    expect(assembly.copyFrom(1)).toEqual(hex('02030405'));
    expect(assembly.copyFrom(1, 3)).toEqual(hex('020304'));
    expect(assembly.copyFrom(9)).toEqual(hex(''));
  });

  it('replaces bytes across pieces, but none before the position', () => {
    const assembly = assemblyOf('01', '02', '03', '0405');
    assembly.replaceHead(1, 3, hex('aabb'));
    expect(assembly.take()).toEqual(hex('01aabb05'));
  });

  it('removes everything from a position on', () => {
    const assembly = assemblyOf('01', '0203', '04');
    assembly.cut(1);
    assembly.add(hex('ff'));
    expect(assembly.take()).toEqual(hex('01ff'));
  });

  it('accepts at most 8 MiB until it is cleared', () => {
    const assembly = new UnitAssembly();
    for (let i = 0; i < 8; i++) assembly.add(new Uint8Array(1024 * 1024));
    expect(assembly.overflowed).toBe(false);
    assembly.add(hex('01'));
    expect([assembly.overflowed, assembly.bytesFrom(0)]).toEqual([true, 8 * 1024 * 1024]);
    assembly.clear();
    expect(assembly.overflowed).toBe(false);
  });

  it('accepts at most 16,384 pieces of any size', () => {
    const assembly = new UnitAssembly();
    for (let i = 0; i < 20_000; i++) assembly.add(hex(''));
    expect([assembly.overflowed, assembly.end]).toEqual([true, 16_384]);
  });

  it('accounts for replaced and removed bytes', () => {
    const assembly = new UnitAssembly();
    for (let i = 0; i < 100; i++) {
      assembly.add(new Uint8Array(1024 * 1024));
      assembly.replaceHead(0, 1024 * 1024 - 1, hex('0102'));
      assembly.cut(0);
    }
    expect(assembly.overflowed).toBe(false);
  });
});
