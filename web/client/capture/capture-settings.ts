/** Picture heights that the studio offers, in pixels. The aspect ratio is 16:9. */
export const RESOLUTIONS = [360, 540, 720, 1080] as const;
/** Frame rates that the studio offers, in frames per second. */
export const FRAME_RATES = [15, 24, 30, 60] as const;
/** The corners of the screen in which the camera can appear. */
export const CORNERS = ['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const;

export type Resolution = (typeof RESOLUTIONS)[number];
export type FrameRate = (typeof FRAME_RATES)[number];
export type Corner = (typeof CORNERS)[number];
/** The direction that a phone's camera faces: `user` is the front camera. */
export type Facing = 'user' | 'environment';
/**
 * The layout while a screen is shared: only the screen, or the screen with the camera in a corner.
 */
export type ScreenLayout = 'screen' | 'beside';

/** The settings for capturing video and audio. */
export interface CaptureSettings {
  readonly resolution: Resolution;
  readonly frameRate: FrameRate;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  /** Whether to mirror the broadcaster's own preview. Viewers see the picture unmirrored. */
  readonly mirrorPreview: boolean;
}

/** The choices that a browser remembers between visits. */
export interface CaptureChoices {
  /** The id of the camera; null for the browser's default. */
  readonly cameraId: string | null;
  readonly microphoneId: string | null;
  readonly facing: Facing;
  readonly screenLayout: ScreenLayout;
  readonly corner: Corner;
  readonly settings: CaptureSettings;
}

/** The choices on a first visit. */
export const DEFAULT_CHOICES: CaptureChoices = {
  cameraId: null,
  microphoneId: null,
  facing: 'user',
  screenLayout: 'beside',
  corner: 'bottom-right',
  settings: {
    resolution: 720,
    frameRate: 30,
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    mirrorPreview: true,
  },
};

/**
 * Parses the output of {@link writeChoices}. For a missing or invalid field (from an older version
 * of the page or a manual edit), the default is used.
 */
export function readChoices(text: string | null): CaptureChoices {
  const stored = parseRecord(text);
  const settings = isRecord(stored.settings) ? stored.settings : {};
  const fallback = DEFAULT_CHOICES;
  return {
    cameraId: idOr(stored.cameraId),
    microphoneId: idOr(stored.microphoneId),
    facing: oneOf(['user', 'environment'], stored.facing, fallback.facing),
    screenLayout: oneOf(['screen', 'beside'], stored.screenLayout, fallback.screenLayout),
    corner: oneOf(CORNERS, stored.corner, fallback.corner),
    settings: {
      resolution: oneOf(RESOLUTIONS, settings.resolution, fallback.settings.resolution),
      frameRate: oneOf(FRAME_RATES, settings.frameRate, fallback.settings.frameRate),
      echoCancellation: flagOr(settings.echoCancellation, fallback.settings.echoCancellation),
      noiseSuppression: flagOr(settings.noiseSuppression, fallback.settings.noiseSuppression),
      autoGainControl: flagOr(settings.autoGainControl, fallback.settings.autoGainControl),
      mirrorPreview: flagOr(settings.mirrorPreview, fallback.settings.mirrorPreview),
    },
  };
}

/** Serializes choices for {@link readChoices}. */
export function writeChoices(choices: CaptureChoices): string {
  return JSON.stringify(choices);
}

function parseRecord(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    // Invalid or truncated data is treated as if nothing were stored.
    return {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function oneOf<const T>(allowed: readonly T[], value: unknown, fallback: T): T {
  return allowed.find((candidate) => candidate === value) ?? fallback;
}

function flagOr(value: unknown, fallback: boolean): boolean {
  return typeof value === 'boolean' ? value : fallback;
}

function idOr(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 200 ? value : null;
}
