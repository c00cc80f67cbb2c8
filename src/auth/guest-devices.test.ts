import { describe, expect, it } from 'vitest';
import { Secrets } from '../secrets/secrets.js';
import { GuestDevices } from './guest-devices.js';

const devices = new GuestDevices(new Secrets(new Uint8Array(32).fill(7)));

describe('GuestDevices', () => {
  it('recognizes the devices it issued and tells them apart', () => {
    const [one, other] = [devices.create(), devices.create()];
    expect(devices.idOf(one.token)).toBe(one.id);
    expect(devices.idOf(other.token)).toBe(other.id);
    expect(one.id).not.toBe(other.id);
  });

  it('rejects a device that it did not issue', () => {
    const { id, token } = devices.create();
    const elsewhere = new GuestDevices(new Secrets(new Uint8Array(32).fill(8))).create();
    const [, signature = ''] = token.split('.');
    const forged = [
      null,
      '',
      id,
      `${id}.`,
      elsewhere.token,
      `${elsewhere.id}.${signature}`,
      `${token}x`,
      `${id}.${'A'.repeat(43)}`,
    ];
    expect(forged.map((one) => devices.idOf(one))).toEqual(forged.map(() => null));
  });
});
