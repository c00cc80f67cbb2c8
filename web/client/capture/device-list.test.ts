import { describe, expect, it } from 'vitest';
import { devicesOf } from './device-list.js';

function info(kind: MediaDeviceKind, deviceId: string, label = ''): MediaDeviceInfo {
  return { kind, deviceId, label, groupId: '', toJSON: () => ({}) };
}

describe('devicesOf', () => {
  it('selects one kind and names unnamed devices', () => {
    const infos = [
      info('videoinput', 'a', 'HD Webcam (046d:0825)'),
      info('audioinput', 'x', 'Desk microphone'),
      info('videoinput', 'b'),
    ];
    expect(devicesOf(infos, 'videoinput')).toEqual([
      { id: 'a', label: 'HD Webcam' },
      { id: 'b', label: 'Camera 2' },
    ]);
  });

  it('is empty before permission is granted', () => {
    expect(devicesOf([info('videoinput', '')], 'videoinput')).toEqual([]);
  });

  it('omits the `communications` alias of a microphone', () => {
    const infos = [
      info('audioinput', 'default', 'Default - Headset'),
      info('audioinput', 'communications', 'Communications - Headset'),
      info('audioinput', 'h', 'Headset'),
    ];
    expect(devicesOf(infos, 'audioinput').map(({ id }) => id)).toEqual(['default', 'h']);
  });
});
