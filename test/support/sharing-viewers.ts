import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { SharingSettings } from '../../src/protocol/sharing.js';
import { fetchBytes, fetchRenditions, fetchSegments } from './fetched-playlist.js';

const UNITS = ['B', 'kB', 'MB', 'GB'];

/** A label in the details that the chip of a sharing viewer shows. */
type Term =
  | 'Connected viewers'
  | 'From viewers'
  | 'From the server'
  | 'To viewers'
  | 'Rejected segments';

/** Calls the API as the page's visitor. */
export async function callApi(
  page: Page,
  method: 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  data?: object,
): Promise<void> {
  const url = new URL(`/api/${path}`, page.url()).href;
  const response = await page.context().request.fetch(url, { method, ...(data && { data }) });
  if (!response.ok()) throw new Error(`${path}: ${response.status()} ${await response.text()}`);
}

/** Allows an owner's viewers to share; by default, all of the channel's viewers. */
export async function letViewersShare(
  owner: Page,
  channel: string,
  { enabled = true, liveAbove = 0 }: Partial<SharingSettings> = {},
): Promise<void> {
  await callApi(owner, 'PATCH', `channels/${channel}/sharing`, { enabled, liveAbove });
}

/**
 * Returns a figure from the details in a viewer's chip, in bytes or as a number; 0 if it isn't
 * shown.
 */
export async function figureOf(viewer: Page, term: Term): Promise<number> {
  const text = await viewer.evaluate(`
    [...document.querySelectorAll('.delay-chip-details > div')]
      .find((row) => row.querySelector('dt')?.textContent === ${JSON.stringify(term)})
      ?.querySelector('dd')?.textContent ?? '0 B'
  `);
  const [value = '', unit = 'B'] = String(text).split(' ');
  return Number(value) * 1_000 ** UNITS.indexOf(unit);
}

/**
 * Makes a page send peers random bytes instead of media, with the length of the media. The messages
 * in which peers describe segments are unchanged.
 */
export const SENDS_GARBAGE = `(() => {
  const { send } = RTCDataChannel.prototype;
  const isCommand = (bytes) => ['cstr', 'dstr'].includes(String.fromCharCode(...bytes.slice(0, 4)));
  RTCDataChannel.prototype.send = function (data) {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
    if (isCommand(bytes)) return send.call(this, data);
    return send.call(this, crypto.getRandomValues(new Uint8Array(bytes.length)));
  };
})()`;

/** Makes a page count its connections to the tracker. */
export const COUNTS_TRACKERS = `(() => {
  globalThis.trackers = { opened: 0, open: 0 };
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, ...rest) {
      super(url, ...rest);
      if (!new URL(url, location.href).pathname.startsWith('/p2p/')) return;
      trackers.opened += 1;
      trackers.open += 1;
      this.addEventListener('close', () => (trackers.open -= 1));
    }
  };
})()`;

const Trackers = z.object({ opened: z.number(), open: z.number() });

/**
 * Returns how many tracker connections a page with {@link COUNTS_TRACKERS} has open, and has opened
 * in total.
 */
export async function trackersOf(page: Page): Promise<z.output<typeof Trackers>> {
  return Trackers.parse(await page.evaluate('trackers'));
}

/** Makes a page's visitor one who has declined to share. */
export const HAS_DECLINED = `
  try {
    localStorage.setItem('onair.sharing', 'declined');
  } catch {
    // A frame without storage.
  }
`;

/** Records all media that a page decodes. */
export const RECORDS_MEDIA = `(() => {
  globalThis.appended = [];
  const { appendBuffer } = SourceBuffer.prototype;
  SourceBuffer.prototype.appendBuffer = function (data) {
    const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength).slice();
    const isMedia = String.fromCharCode(...bytes.slice(4, 8)) !== 'ftyp';
    if (isMedia) appended.push(bytes);
    return appendBuffer.call(this, data);
  };
})()`;

/** Returns all media that a page with {@link RECORDS_MEDIA} has decoded, as it was appended. */
export async function decodedBy(viewer: Page): Promise<Buffer[]> {
  const encoded = await viewer.evaluate(`Promise.all(
    appended.map(async (bytes) => {
      const reader = new FileReader();
      reader.readAsDataURL(new Blob([bytes]));
      await new Promise((resolve) => (reader.onload = resolve));
      return reader.result.slice(reader.result.indexOf(',') + 1);
    }),
  )`);
  return z
    .array(z.string())
    .parse(encoded)
    .map((one) => Buffer.from(one, 'base64'));
}

/**
 * Makes a page keep its connections to other viewers, even if the page's code closes them. Data
 * that arrives on them is counted.
 */
export const CLINGS = `(() => {
  globalThis.clinging = { channels: new Set(), bytes: 0 };
  RTCPeerConnection.prototype.close = () => {};
  RTCDataChannel.prototype.close = () => {};
  const watch = (channel) => {
    clinging.channels.add(channel);
    channel.addEventListener('message', ({ data }) => (clinging.bytes += data.byteLength));
  };
  const { createDataChannel } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createDataChannel = function (...args) {
    const channel = createDataChannel.apply(this, args);
    watch(channel);
    return channel;
  };
  const { setLocalDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setLocalDescription = function (...args) {
    if (!this.isWatched) this.addEventListener('datachannel', ({ channel }) => watch(channel));
    this.isWatched = true;
    return setLocalDescription.apply(this, args);
  };
})()`;

const Clinging = z.object({ open: z.number(), bytes: z.number() });

/**
 * Returns how many connections a page with {@link CLINGS} has, and how much has arrived on them.
 */
export async function clingingOf(page: Page): Promise<z.output<typeof Clinging>> {
  return Clinging.parse(
    await page.evaluate(`({
      open: [...clinging.channels].filter(({ readyState }) => readyState === 'open').length,
      bytes: clinging.bytes,
    })`),
  );
}

/** Returns all segments of a live channel that the server still stores. */
export async function segmentsAt(server: string, channel: string): Promise<Buffer[]> {
  const renditions = await fetchRenditions(`${server}/hls/${channel}/index.m3u8`);
  const segments: Buffer[] = [];
  for (const { url } of renditions)
    for (const { url: address, gap } of await fetchSegments(url))
      if (!gap) segments.push(Buffer.from(await fetchBytes(address)));
  return segments;
}
