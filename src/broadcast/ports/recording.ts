import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';

/** Nest's injection token for the {@link RecordingPort}. */
export const RECORDING = Symbol('RecordingPort');

/** Keeps what broadcasts are packaged into. */
export interface RecordingPort {
  open(broadcast: { id: string; channel: string }): SegmentKeeper;
  /** Resolves when all that keepers were given until now is kept, or left out: files may go then. */
  settled(): Promise<void>;
}

/** A file of a run's rendition, as it is on the disk now; it may go soon. */
export type PackagedFile = Readonly<{
  run: string;
  /** `video-2`, `opus`. */
  rendition: string;
  /** Its name among the rendition's. */
  file: string;
  /** Where it is. */
  path: string;
}>;

/** What a decoder has to know before what comes next. */
export type PackagedInit = PackagedFile &
  Readonly<{ codecs: string; width?: number; height?: number; channels?: number }>;

export type PackagedSegment = Omit<PackagedFile, 'file' | 'path'> &
  Readonly<{
    /** Its number in the run, the same in all renditions. */
    msn: number;
    /** null: there is nothing of it. */
    stored: Readonly<{
      file: string;
      path: string;
      bytes: number;
      frames: number;
      /** What its file is made of; null: to be read from it. */
      fragments: readonly PackagedFragment[] | null;
    }> | null;
    /** The file of its initialization section; null before the first. */
    init: string | null;
    durationS: number;
    /** When what it begins with was captured, milliseconds since 1970. */
    wallMs: number;
    discontinuity: boolean;
  }>;

/** Takes one broadcast's segments as they are finished, each rendition's in order. Nothing throws. */
export interface SegmentKeeper {
  keepInit(init: PackagedInit): void;
  keepSegment(segment: PackagedSegment): void;
  /** A small JPEG of what is shown now. */
  keepPicture(jpeg: Uint8Array): void;
  /** The broadcast is over, and all that there is of it was given. */
  end(): void;
}
