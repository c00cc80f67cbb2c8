import type { ParsedSection } from './parsed-session.js';

/** One simulcast stream (RFC 8853), identified by its rid (RFC 8851). */
export type OfferedLayer = Readonly<{
  rid: string;
  /**
   * The size according to the layer's restrictions, in pixels per frame or bits per second; null if
   * they contain none. Sizes can be compared only within one offer.
   */
  size: number | null;
}>;

/** mediasoup's limit on encodings; further layers are ignored. */
const LAYERS_MAX = 4;
const RID = /^[A-Za-z0-9]{1,16}$/;

/**
 * Returns the simulcast streams that the offerer sends, in the offer's order; empty without
 * simulcast.
 */
export function readLayers(media: ParsedSection): OfferedLayer[] {
  const restrictions = new Map(
    media.rids.map(({ id, direction, params }) => [
      id,
      direction === 'send' ? (params ?? '') : null,
    ]),
  );
  return sentRids(media)
    .filter((rid) => typeof restrictions.get(rid) === 'string')
    .slice(0, LAYERS_MAX)
    .map((rid) => ({ rid, size: sizeOf(restrictions.get(rid) ?? '') }));
}

/**
 * Returns the first rid of each list of alternatives (`a,b`), as RFC 8853, section 5.1, permits. A
 * `~` marks a stream that starts paused.
 */
function sentRids({ simulcast, simulcast_03: draft }: ParsedSection): string[] {
  let list: string | undefined;
  if (simulcast?.dir1 === 'send') list = simulcast.list1;
  else if (simulcast?.dir2 === 'send') list = simulcast.list2;
  // The draft syntax of Firefox before version 70: "send rid=a;b".
  else [, list] = /\bsend rid=([\w;,~]+)/.exec(draft?.value ?? '') ?? [];
  const rids = (list ?? '')
    .split(';')
    .map((entry) => entry.split(',', 1).join().replace('~', ''))
    .filter((rid) => RID.test(rid));
  return [...new Set(rids)];
}

function sizeOf(params: string): number | null {
  const values = new Map(
    params
      .split(';')
      .slice(0, 20)
      .map((param): [string, number] => {
        const [key = '', value = ''] = param.split('=');
        return [key, Number(value)];
      })
      .filter(([, value]) => value > 0),
  );
  const [width, height] = [values.get('max-width'), values.get('max-height')];
  if (width !== undefined && height !== undefined) return width * height;
  return values.get('max-fs') ?? width ?? height ?? values.get('max-br') ?? null;
}
