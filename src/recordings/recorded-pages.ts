import { Injectable } from '@nestjs/common';
import type { Visitor } from '../access/visitor.js';
import { DomainError } from '../common/domain-error.js';
import { ClipRepository } from './clips/clip.repository.js';
import { ClipService } from './clips/clip.service.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/**
 * The metadata of a recording page or clip page. `locked` means that the channel's password must be
 * entered first.
 */
export type RecordedPage =
  | Readonly<{ locked: true; channel: string }>
  | Readonly<{
      locked: false;
      channel: string;
      title: string;
      about: string;
      /** The path of a publicly accessible image. */
      image: string | null;
      /** Whether search engines may index the page. */
      listed: boolean;
    }>;

/** Provides the metadata of recording and clip pages. */
@Injectable()
export class RecordedPages {
  constructor(
    private readonly recordings: RecordingService,
    private readonly clips: ClipService,
    private readonly storedRecordings: RecordingRepository,
    private readonly storedClips: ClipRepository,
  ) {}

  /**
   * Returns the metadata of a recording page.
   * @throws {DomainError} `recording_not_found`
   */
  async ofRecording(id: string, visitor: Visitor): Promise<RecordedPage> {
    try {
      const { recording, access } = await this.recordings.find(id, visitor);
      const { channel, title, startedAt, thumbnail } = recording;
      const { visibility } = access;
      const day = startedAt.toISOString().slice(0, 10);
      return {
        locked: false,
        channel,
        title: title === '' ? `${channel}, ${day}` : `${title} · ${channel}`,
        about: `A broadcast of ${channel} on Onair, recorded on ${day}.`,
        image:
          isOpen(visibility) && thumbnail ? `/hls/recordings/${id}/pictures/${thumbnail}` : null,
        listed: visibility === 'public',
      };
    } catch (error) {
      return lockedOr(error, await this.storedRecordings.find(id));
    }
  }

  /**
   * Returns the metadata of a clip page.
   * @throws {DomainError} `clip_not_found`
   */
  async ofClip(id: string, visitor: Visitor): Promise<RecordedPage> {
    try {
      const { channel, title, visibility, thumbnail } = await this.clips.about(id, visitor);
      return {
        locked: false,
        channel,
        title: title === '' ? `A clip of ${channel}` : `${title} · ${channel}`,
        about: `A clip of a broadcast of ${channel} on Onair.`,
        image: isOpen(visibility) && thumbnail ? `/hls/clips/${id}/pictures/${thumbnail}` : null,
        listed: visibility === 'public',
      };
    } catch (error) {
      return lockedOr(error, await this.storedClips.find(id));
    }
  }
}

/**
 * Programs that generate link previews have no channel pass, so images that they can't fetch are
 * omitted.
 */
const isOpen = (visibility: string): boolean =>
  visibility === 'public' || visibility === 'unlisted';

function lockedOr(error: unknown, stored: { channel: string } | null): RecordedPage {
  const isLocked = error instanceof DomainError && error.code === 'password_required';
  if (!isLocked || !stored) throw error;
  return { locked: true, channel: stored.channel };
}
