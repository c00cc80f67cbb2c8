import { type ReadonlySignal, signal } from '@preact/signals-core';

/** A selectable camera or microphone. */
export interface CaptureDevice {
  readonly id: string;
  readonly label: string;
}

/** The cameras and microphones of this machine, updated when devices are added or removed. */
export class DeviceList {
  readonly #media: MediaDevices | undefined;
  readonly #cameras = signal<readonly CaptureDevice[]>([]);
  readonly #microphones = signal<readonly CaptureDevice[]>([]);
  readonly #onChange = () => void this.refresh();

  /** On an insecure page, `media` is undefined and the lists remain empty. */
  constructor(media: MediaDevices | undefined) {
    this.#media = media;
    media?.addEventListener('devicechange', this.#onChange);
  }

  get cameras(): ReadonlySignal<readonly CaptureDevice[]> {
    return this.#cameras;
  }

  get microphones(): ReadonlySignal<readonly CaptureDevice[]> {
    return this.#microphones;
  }

  /**
   * Reads the list again. This is needed once permission has been granted, because devices have no
   * ids or labels before that.
   */
  async refresh(): Promise<void> {
    if (this.#media === undefined) return;
    let infos: readonly MediaDeviceInfo[];
    try {
      infos = await this.#media.enumerateDevices();
    } catch {
      // A browser that refuses to list devices may still open its default ones.
      infos = [];
    }
    this.#cameras.value = devicesOf(infos, 'videoinput');
    this.#microphones.value = devicesOf(infos, 'audioinput');
  }

  close(): void {
    this.#media?.removeEventListener('devicechange', this.#onChange);
  }
}

/**
 * Returns the devices of one kind, each with a name. Chromium lists the system's default microphone
 * twice, as `default` ("Default - …", which follows the system) and under its own id. A third
 * entry, `communications`, is removed. Without permission, browsers return entries without an id,
 * which cannot be selected.
 */
export function devicesOf(
  infos: readonly MediaDeviceInfo[],
  kind: 'videoinput' | 'audioinput',
): CaptureDevice[] {
  const known = infos.filter(
    (info) => info.kind === kind && info.deviceId !== '' && info.deviceId !== 'communications',
  );
  const noun = kind === 'videoinput' ? 'Camera' : 'Microphone';
  return known.map((info, index) => ({
    id: info.deviceId,
    label: cleanLabel(info.label) || `${noun} ${index + 1}`,
  }));
}

/** Removes the USB vendor and product ids that Chromium appends: "HD Webcam (046d:0825)". */
function cleanLabel(label: string): string {
  return label.replace(/ \([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '').trim();
}
