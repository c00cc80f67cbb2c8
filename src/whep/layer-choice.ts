import { z } from 'zod';

const Layer = z.int().min(0).max(10);
/** Simulcast layers go by their number as text. */
const Encoding = z.string().regex(/^\d{0,2}$/, 'one of the encodings of the event “layers”');

/** A player's request; other properties in it (sizes, temporal layers) are ignored. */
export const LayerChoice = z
  .object({
    mediaId: z.string().max(32).optional(),
    encodingId: Encoding.optional(),
    rid: Encoding.optional(),
    spatialLayerId: Layer.optional(),
    maxSpatialLayerId: Layer.optional(),
  })
  .transform(({ encodingId, rid, spatialLayerId, maxSpatialLayerId }) => {
    const encoding = encodingId ?? rid ?? '';
    return encoding === '' ? (spatialLayerId ?? maxSpatialLayerId ?? null) : Number(encoding);
  });
/** The simulcast layer, 0 the lowest; null to follow the bandwidth. */
export type LayerChoice = z.output<typeof LayerChoice>;
