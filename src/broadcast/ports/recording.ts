import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';

/** Nest's injection token for the {@link RecordingPort}. */
export const RECORDING = Symbol('RecordingPort');

/** Records the packaged media of broadcasts. */
export interface RecordingPort {
  open(broadcast: { id: string; channel: string }): SegmentKeeper;
  /**
   * Resolves when everything passed to the keepers so far is recorded or dropped; its files may
   * then be deleted.
   */
  settled(): Promise<void>;
}

/** A file of a run's rendition on disk; it may soon be deleted. */
export type PackagedFile = Readonly<{
  run: string;
  /** `video-2`, `opus`. */
  rendition: string;
  /** Its name within the rendition. */
  file: string;
  /** Its path on disk. */
  path: string;
}>;

/** The initialization section for the segments that follow. */
export type PackagedInit = PackagedFile &
  Readonly<{ codecs: string; width?: number; height?: number; channels?: number }>;

export type PackagedSegment = Omit<PackagedFile, 'file' | 'path'> &
  Readonly<{
    /** Its media sequence number in the run, the same in all renditions. */
    msn: number;
    /** Null: nothing of it is stored. */
    stored: Readonly<{
      file: string;
      path: string;
      bytes: number;
      frames: number;
      /** The fragments of its file; null: read them from the file. */
      fragments: readonly PackagedFragment[] | null;
    }> | null;
    /** The file of its initialization section; null before the first. */
    init: string | null;
    durationS: number;
    /** Capture time of its first frame, milliseconds since 1970. */
    wallMs: number;
    discontinuity: boolean;
  }>;

/**
 * Receives one broadcast's segments as they are finished, in order per rendition. Nothing throws.
 */
export interface SegmentKeeper {
  keepInit(init: PackagedInit): void;
  keepSegment(segment: PackagedSegment): void;
  /** Records a small JPEG of the current picture. */
  keepPicture(jpeg: Uint8Array): void;
  /** Ends the recording: the broadcast is over and all of its media was passed. */
  end(): void;
}
