import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { z } from 'zod';
import type { Visitor } from '../access/visitor.js';
import { BroadcastHistory } from '../broadcast/broadcast-history.js';
import { ChannelService } from '../channels/channel.service.js';
import { LiveChannels } from '../broadcast/live-channels.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { DomainError } from '../common/domain-error.js';
import { LOG, type Log } from '../common/logger.js';
import type {
  RecordingChange,
  RecordingProblem,
  RecordingSummary,
  RecordingView,
} from '../protocol/recording.js';
import { CHAPTERS_MAX } from './chapters.js';
import { GuestRecordingRepository } from './guests/guest-recording.repository.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository, type StoredRecording } from './recording.repository.js';
import { positionOf, previewsOf } from './vod/previews.js';
import { VodCatalog } from './vod/vod-catalog.js';
import { VodAuthorizer } from './vod/vod-authorizer.js';
import { Turns } from '../common/turns.js';
import { bytesOf } from './journal/recorded.js';
import { hasHoles } from './vod/aligned-run.js';
import { type Vod, vodOf } from './vod/vod.js';
import type { ChannelAccess } from '../access/access-policy.js';

const Id = z.uuid();

/** Reads recordings, and changes them for their owners. */
@Injectable()
export class RecordingService implements OnApplicationBootstrap {
  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: RecordingRepository,
    private readonly guests: GuestRecordingRepository,
    private readonly files: RecordingFiles,
    private readonly catalog: VodCatalog,
    private readonly authorizer: VodAuthorizer,
    private readonly history: BroadcastHistory,
    private readonly channels: ChannelService,
    private readonly liveChannels: LiveChannels,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Finishes recordings left by an earlier process, and records title changes of active ones. */
  async onApplicationBootstrap(): Promise<void> {
    this.channels.events.on('titleChanged', ({ id, title }) => {
      const broadcast = this.liveChannels.current(id);
      if (broadcast)
        this.addChapter(broadcast.id, title).catch((err: unknown) =>
          this.log.warn({ err, broadcastId: broadcast.id }, 'a chapter could not be stored'),
        );
    });
    await this.finishLeftOvers();
  }

  /** Finishes the recordings that an earlier process or a lost node left unfinished. */
  async finishLeftOvers(): Promise<void> {
    const { repository, files } = this;
    // With a single node, the end of an earlier process's broadcasts may not be stored yet.
    const left = files.isNode ? await repository.unfinished() : await repository.allUnfinished();
    for (const id of left) await this.finish(id);
  }

  /** Adds a chapter with this title at the current time. */
  async addChapter(id: string, title: string): Promise<void> {
    const recording = await this.repository.find(id);
    if (!recording || recording.chapters.length >= CHAPTERS_MAX) return;
    // Another node may have begun the recording and added this chapter.
    if (recording.chapters.at(-1)?.title === title) return;
    const chapter = { wallMs: this.clock.nowMs(), title };
    await this.repository.setChapters(id, [...recording.chapters, chapter]);
  }

  /** Finishes a recording once everything that could be stored is stored. */
  async finish(id: string, problem: RecordingProblem | null = null): Promise<void> {
    const { journals } = this.files;
    const turns = new Turns();
    if (this.files.isNode) await this.#restore(id);
    const runs = await journals.read(id, turns);
    const vod = await vodOf(runs, turns);
    const missing = problem ?? (runs.some(hasHoles) ? 'unwritable' : null);
    if (missing) await this.repository.setProblem(id, missing);
    const previews = vod ? await previewsOf(vod, await journals.pictures(id, turns), turns) : [];
    const thumbnail = previews[Math.floor(previews.length / 2)]?.file ?? null;
    const bytes = bytesOf(runs);
    await this.repository.finish(id, vod && { durationMs: vod.durationMs, bytes, thumbnail });
    await this.files.archive(id);
    this.catalog.forget('recordings', id);
    const durationMs = vod?.durationMs ?? 0;
    this.log.info({ broadcastId: id, durationMs, bytes, problem: missing }, 'recording finished');
  }

  /** Adds the parts of a recording that other nodes recorded. */
  async #restore(id: string): Promise<void> {
    await this.files
      .restore(id)
      .catch((err: unknown) =>
        this.log.warn(
          { err, broadcastId: id },
          'the bucket can’t be read: a recording is finished without the parts from other nodes',
        ),
      );
  }

  /** @throws {DomainError} `recording_not_found`, `password_required` */
  async find(
    id: string,
    visitor: Visitor,
  ): Promise<{ recording: StoredRecording; access: ChannelAccess }> {
    const recording = Id.safeParse(id).success ? await this.repository.find(id) : null;
    if (!recording) throw recordingNotFound();
    return {
      recording,
      access: await this.authorizer.enter(recording, visitor, recordingNotFound()),
    };
  }

  /**
   * Returns a recording for playback.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `recording_not_found`, `password_required`; `rate_limited`, `unavailable`
   *   if the recording has to be read from storage first
   */
  async view(id: string, visitor: Visitor, client: string): Promise<RecordingView> {
    const { recording, access } = await this.find(id, visitor);
    const { channel, state, startedAt, kept, ownerId } = recording;
    const entry = state === 'ready' ? await this.catalog.find('recordings', id, client) : null;
    const vod = entry?.vod ?? (state === 'recording' ? await this.catalog.soFar(id) : null);
    const base = this.authorizer.base(`/hls/recordings/${id}`, access, visitor);
    const { count = 0, middle = null } = entry?.previews ?? {};
    return {
      id,
      channel,
      title: recording.title,
      state: state === 'ready' && !entry ? 'failed' : state,
      problem: recording.problem,
      visibility: access.visibility,
      startedAt: startedAt.toISOString(),
      durationMs: vod?.durationMs ?? 0,
      bytes: recording.bytes,
      playlistPath: entry && `${base}/index.m3u8`,
      thumbnailPath: middle && `${base}/pictures/${middle}`,
      previewsPath: count > 0 ? `${base}/thumbnails.vtt` : null,
      downloadPath: entry && this.authorizer.address(`/api/recordings/${id}/download.mp4`),
      chapters: vod ? chaptersOf(recording, vod) : [],
      spans: vod ? [...vod.spans] : [],
      kept,
      mayManage: visitor.identity.account?.id === ownerId,
      guestFiles: (await this.mayHaveGuests(recording, visitor)) ? await this.guests.count(id) : 0,
    };
  }

  /**
   * Whether a visitor may download the guests' separate recordings, as the owner or a moderator.
   */
  async mayHaveGuests(
    { ownerId, channel }: Pick<StoredRecording, 'ownerId' | 'channel'>,
    { identity: { account } }: Visitor,
  ): Promise<boolean> {
    if (account === null) return false;
    return account.id === ownerId || this.guests.isModerator(channel, account.id);
  }

  /** Returns summaries, by id, of those recordings that the visitor may watch and find in lists. */
  async summaries(
    ids: readonly string[],
    visitor: Visitor,
  ): Promise<Map<string, RecordingSummary>> {
    const summaries = new Map<string, RecordingSummary>();
    for (const recording of await this.repository.findAll(ids)) {
      const { id, state, durationMs, visibility, kept, ownerId, thumbnail } = recording;
      const isOwner = visitor.identity.account?.id === ownerId;
      const isListed = visibility !== 'unlisted' || isOwner;
      const access = isListed ? await this.authorizer.accessFor(recording, visitor) : null;
      if (!access) continue;
      const base = this.authorizer.base(`/hls/recordings/${id}`, access, visitor);
      const thumbnailPath = thumbnail && `${base}/pictures/${thumbnail}`;
      summaries.set(id, { state, durationMs, thumbnailPath, visibility, kept });
    }
    return summaries;
  }

  /**
   * @throws {DomainError} `recording_not_found`, `password_required`; `forbidden` unless the
   * visitor owns the channel
   */
  async change(
    id: string,
    { visitor, client }: { visitor: Visitor; client: string },
    change: RecordingChange,
  ): Promise<RecordingView> {
    await this.#own(id, visitor);
    const { visibility, ...rest } = change;
    if (visibility !== undefined) await this.history.change(id, visitor, { visibility });
    await this.repository.change(id, rest);
    return this.view(id, visitor, client);
  }

  /**
   * Deletes a recording permanently.
   * @throws {DomainError} `recording_not_found`, `password_required`, `recording_not_ready`;
   * `forbidden` unless the visitor owns the channel
   */
  async delete(id: string, visitor: Visitor): Promise<void> {
    const { state } = await this.#own(id, visitor);
    if (state === 'recording' || state === 'finishing')
      throw new DomainError(
        'recording_not_ready',
        'The broadcast is still being recorded. End it first.',
      );
    await this.remove(id);
  }

  /** Deletes a finished recording and all its files. Unreachable files are deleted later. */
  async remove(id: string): Promise<void> {
    await this.repository.delete(id);
    this.catalog.forget('recordings', id);
    await this.files.deleteOrLater(id);
  }

  async #own(id: string, visitor: Visitor): Promise<StoredRecording> {
    const { recording } = await this.find(id, visitor);
    if (visitor.identity.account === null) throw new DomainError('not_logged_in', 'Log in first.');
    if (visitor.identity.account.id !== recording.ownerId)
      throw new DomainError('forbidden', 'Only the channel’s owner can do that.');
    return recording;
  }
}

/** Maps title changes to playback positions. The first title applies from the beginning. */
function chaptersOf({ chapters }: StoredRecording, vod: Vod): { atMs: number; title: string }[] {
  return chapters.flatMap(({ wallMs, title }, index) => {
    const atMs = index === 0 ? 0 : positionOf(vod, wallMs);
    return atMs === null ? [] : { atMs, title };
  });
}

const recordingNotFound = () => new DomainError('recording_not_found', 'Recording not found.');
