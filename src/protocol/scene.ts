import { z } from 'zod';
import { BANNER_AUTHOR_MAX, OVERLAY_TEXT_MAX, SCENE_NAME_MAX, SCENES_MAX } from './limits.js';

/**
 * A stage's scenes. A scene describes what the programme shows, as plain data that the host's
 * browser or the server's mixer renders.
 */

const ASSET_NAME_MAX = 100;

/** A color as `#rrggbb`. */
const Color = z.string().regex(/^#[0-9a-f]{6}$/i, 'a color such as #1a2b3c');
const Text = z.string().trim().max(OVERLAY_TEXT_MAX);

/**
 * How people and screens are arranged:
 *
 * - `solo`: the first person fills the frame.
 * - `side-by-side`: up to two people beside each other.
 * - `grid`: everyone at the same size.
 * - `speaker`: the speaker, and a strip of the others.
 * - `picture-in-picture`: the screen, or else the first person, with the next person in a corner.
 * - `screen`: the screen, with the speakers beside it.
 */
export const SceneLayout = z.enum([
  'solo',
  'side-by-side',
  'grid',
  'speaker',
  'picture-in-picture',
  'screen',
]);
export type SceneLayout = z.output<typeof SceneLayout>;

/** The programme's frame: 16:9 (1280x720) or 9:16 (720x1280). It is fixed for a whole broadcast. */
export const SceneFormat = z.enum(['wide', 'vertical']);
export type SceneFormat = z.output<typeof SceneFormat>;

export const SceneCorner = z.enum(['top-left', 'top-right', 'bottom-left', 'bottom-right']);
export type SceneCorner = z.output<typeof SceneCorner>;

/** The id of a picture that the channel's owner uploaded. */
const AssetId = z.uuid();

export const Scene = z
  .strictObject({
    id: z.uuid(),
    name: z.string().trim().min(1).max(SCENE_NAME_MAX),
    layout: SceneLayout,
    background: z.strictObject({ color: Color, asset: AssetId.nullable() }),
    /** The color of the lower thirds, the banner and the ticker. */
    accent: Color,
    /** Whether each person's name is shown as a lower third. */
    names: z.boolean(),
    logo: z.strictObject({ asset: AssetId, corner: SceneCorner }).nullable(),
    /** A line of text that runs along the bottom; empty for none. */
    ticker: Text,
    /** A picture that fills the frame instead of the people; null for none. */
    fullscreen: AssetId.nullable(),
  })
  .meta({ id: 'Scene' });
export type Scene = z.output<typeof Scene>;

/** A channel's scenes, in the order of their number keys. */
export const SceneList = z
  .strictObject({
    format: SceneFormat,
    scenes: z.array(Scene).max(SCENES_MAX),
  })
  .meta({ id: 'SceneList' });
export type SceneList = z.output<typeof SceneList>;

/**
 * The overlays on top of any scene, which the host turns on and off while live. They aren't
 * stored.
 */
export const Overlays = z.strictObject({
  /** A chat message or question; `author` is empty if the host wrote it. */
  banner: z
    .strictObject({ author: z.string().max(BANNER_AUTHOR_MAX), text: Text.min(1) })
    .nullable(),
  /** The time at which the countdown reaches zero, in milliseconds since 1970 on the server's clock. */
  countdownToMs: z.number().nullable(),
});
export type Overlays = z.output<typeof Overlays>;

/** The query parameters of an upload. */
export const NewStageAsset = z.strictObject({
  /** A label for the owner, such as the file's name. */
  name: z.string().trim().max(ASSET_NAME_MAX).default(''),
});
export type NewStageAsset = z.output<typeof NewStageAsset>;

/** An uploaded picture, stored as WebP. */
export const StageAsset = z
  .object({
    id: z.uuid(),
    name: z.string(),
    kind: z.literal('picture'),
    /** The size of the file as the server sends it. */
    bytes: z.int().nonnegative(),
    width: z.int().positive(),
    height: z.int().positive(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'StageAsset' });
export type StageAsset = z.output<typeof StageAsset>;

/** A channel's uploads, oldest first. */
export const StageAssetList = z.array(StageAsset).meta({ id: 'StageAssetList' });
export type StageAssetList = z.output<typeof StageAssetList>;
