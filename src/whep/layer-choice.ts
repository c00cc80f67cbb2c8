import { z } from 'zod';

const Layer = z.int().min(0).max(10);
/** The number of a simulcast layer, as a string. */
const Encoding = z.string().regex(/^\d{0,2}$/, 'must be an encoding from the “layers” event');

/** A player's request. Other properties (sizes, temporal layers) are ignored. */
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
/** A simulcast layer, where 0 is the lowest; null to select the layer by bandwidth. */
export type LayerChoice = z.output<typeof LayerChoice>;
