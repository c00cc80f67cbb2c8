import type { PackagedFragment } from '../../media/mp4/packaged-fragment.js';

/** Nest's injection token for the {@link RecordingPort}. */
export const RECORDING = Symbol('RecordingPort');

/** Records the packaged media of broadcasts. */
export interface RecordingPort {
  /** @param broadcast.isContinued whether its beginning was recorded by another node */
  open(broadcast: { id: string; channel: string; isContinued?: boolean }): SegmentKeeper;
  /** Records a guest separately, as part of the broadcast's recording. */
  openGuest(guest: RecordedGuest): GuestKeeper;
  /** Whether the channel's broadcasts are recorded, if there is space. */
  records(channelId: string): Promise<boolean>;
  /**
   * Resolves when everything passed to the keepers so far has been recorded or dropped. After that,
   * the files can be deleted.
   */
  settled(): Promise<void>;
}

/** A guest on a broadcast's stage, from going on stage to leaving it. */
export type RecordedGuest = Readonly<{
  /** The id of the guest's recording. */
  id: string;
  broadcastId: string;
  channel: string;
  name: string;
}>;

/** A file on disk that belongs to a run's rendition. The file may soon be deleted. */
export type PackagedFile = Readonly<{
  run: string;
  /** The rendition's id, such as `video-2`, `opus` or `aac`. */
  rendition: string;
  /** The file's name within the rendition. */
  file: string;
  /** The file's path on disk. */
  path: string;
}>;

/** The initialization section for the segments that follow. */
export type PackagedInit = PackagedFile &
  Readonly<{
    codecs: string;
    width?: number;
    height?: number;
    channels?: number;
    /** The ticks per second of audio; absent for 48,000. */
    timescale?: number;
  }>;

export type PackagedSegment = Omit<PackagedFile, 'file' | 'path'> &
  Readonly<{
    /** The segment's media sequence number in the run, which is the same in all renditions. */
    msn: number;
    /** The stored file; null if the segment has none. */
    stored: Readonly<{
      file: string;
      path: string;
      bytes: number;
      frames: number;
      /** The fragments in the file; null if they must be read from the file. */
      fragments: readonly PackagedFragment[] | null;
    }> | null;
    /** The file of the segment's initialization section; null before the first section. */
    init: string | null;
    durationS: number;
    /** The capture time of the segment's first frame, in milliseconds since 1970. */
    wallMs: number;
    discontinuity: boolean;
  }>;

/**
 * Receives one broadcast's segments when they are finished, in order for each rendition. No method
 * throws.
 */
export interface SegmentKeeper {
  keepInit(init: PackagedInit): void;
  keepSegment(segment: PackagedSegment): void;
  /** Records a small JPEG of the current frame. */
  keepPicture(jpeg: Uint8Array): void;
  /**
   * Ends the recording, or this node's part of it if another node continues the broadcast. Called
   * when all media has been passed.
   */
  end(): void;
}

/** Receives one guest's segments. */
export interface GuestKeeper extends SegmentKeeper {
  /** Reports that the camera can't be recorded, because its codec can't be packaged here. */
  lacksVideo(): void;
}
