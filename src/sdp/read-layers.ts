import type { ParsedSection } from './parsed-session.js';

/** One simulcast stream of an offer (RFC 8853), by its rid (RFC 8851). */
export type OfferedLayer = Readonly<{
  rid: string;
  /** What its restrictions say of its size, pixels in a picture or bits a second; null: nothing. */
  size: number | null;
}>;

/** mediasoup takes as many encodings; more are left out. */
const LAYERS_MAX = 4;
const RID = /^[A-Za-z0-9]{1,16}$/;

/** The simulcast streams that are to be sent, in the offer's order; empty without simulcast. */
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

/** Of alternatives (`a,b`) the first, as RFC 8853 5.1 lets the answerer choose; `~` is one that starts paused. */
function sentRids({ simulcast, simulcast_03: draft }: ParsedSection): string[] {
  let list: string | undefined;
  if (simulcast?.dir1 === 'send') list = simulcast.list1;
  else if (simulcast?.dir2 === 'send') list = simulcast.list2;
  // What Firefox sent before version 70: "send rid=a;b".
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
