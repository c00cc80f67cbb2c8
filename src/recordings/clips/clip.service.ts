import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Visitor } from '../../access/visitor.js';
import { ChannelService } from '../../channels/channel.service.js';
import { DomainError } from '../../common/domain-error.js';
import { FairQueue } from '../../common/fair-queue.js';
import { QueueFullError } from '../../common/serial-queue.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { ClipView, ListedClip, NewClip } from '../../protocol/clip.js';
import type { Page } from '../../protocol/paging.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingSpace } from '../recording-space.js';
import type { StoredRecording } from '../recording.repository.js';
import { RecordingService } from '../recording.service.js';
import { type Cut, cutVod } from '../vod/cut.js';
import { VodCatalog } from '../vod/vod-catalog.js';
import { VodAuthorizer } from '../vod/vod-authorizer.js';
import { ClipRepository, type ClipsOf, type StoredClip } from './clip.repository.js';

const Id = z.uuid();
/** The minimum duration of a clip, in milliseconds. */
const WORTH_MS = 500;
/**
 * The limits of the queue. Clips are created one at a time, and accounts take turns. A one-minute
 * clip consists of about 150 files.
 */
const WAITING = { perParty: 4, all: 64 } as const;
const RETRY_MS = 2_000;
/**
 * How long to wait for a clip's upload. If the upload takes longer, the clip can't be played until
 * it is complete.
 */
const UPLOADED_WITHIN_MS = 10_000;

/** Manages clips. A clip is a part of a recording, but has its own files and address. */
@Injectable()
export class ClipService {
  readonly #max: number;
  readonly #queue = new FairQueue(WAITING);

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly clips: ClipRepository,
    private readonly recordings: RecordingService,
    private readonly channels: ChannelService,
    private readonly space: RecordingSpace,
    private readonly files: RecordingFiles,
    private readonly catalog: VodCatalog,
    private readonly authorizer: VodAuthorizer,
    @Inject(CONFIG) config: Config,
  ) {
    this.#max = config.recordings.clipsPerAccount;
  }

  /**
   * Creates a clip of a recording that the visitor may watch, even if the recording is still in
   * progress.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `recording_not_found`, `password_required`, `recording_not_ready`,
   *   `clip_limit`, `storage_limit`; `unavailable` if too many clips are queued
   */
  async create(
    recordingId: string,
    { visitor, client }: { visitor: Visitor; client: string },
    clip: NewClip,
  ): Promise<ClipView> {
    const { recording } = await this.recordings.find(recordingId, visitor);
    const createdById = visitor.identity.account?.id;
    if (createdById === undefined) throw new DomainError('not_logged_in', 'Log in first.');
    if ((await this.clips.count(createdById)) >= this.#max) throw this.#tooMany();
    const vod =
      recording.state === 'ready'
        ? (await this.catalog.find('recordings', recordingId, client))?.vod
        : await this.catalog.soFar(recordingId);
    const { startMs, durationMs } = clip;
    const cut = vod && cutVod(vod, { startMs, endMs: startMs + durationMs });
    const thereMs = cut ? cut.durationMs - cut.playFromMs : 0;
    if (!cut || thereMs < WORTH_MS)
      throw new DomainError('recording_not_ready', 'Nothing is recorded at this position.');
    const id = await this.#inTurn(createdById, () =>
      this.#make({
        recording,
        createdById,
        cut,
        title: clip.title || recording.title,
        startMs,
        durationMs: Math.round(Math.min(durationMs, thereMs)),
      }),
    );
    // Other nodes read the clip from the bucket, so wait for its upload.
    if (this.files.isNode)
      await Promise.race([
        this.files.uploaded(`clips/${id}`),
        sleep(UPLOADED_WITHIN_MS, undefined, { ref: false }),
      ]);
    return this.view(id, visitor, client);
  }

  /**
   * Lists a channel's clips for its owner, newest first.
   * @throws {DomainError} `channel_not_found`; `forbidden` unless the visitor owns the channel
   */
  async ofChannel(name: string, visitor: Visitor, page: Page): Promise<ListedClip[]> {
    const { ownerId } = await this.channels.get(name);
    if (ownerId !== visitor.identity.account?.id)
      throw new DomainError('forbidden', 'Only the channel’s owner can do that.');
    return this.#list({ channel: name }, visitor, page);
  }

  /**
   * Lists the clips that the visitor created, newest first.
   * @throws {DomainError} `not_logged_in`
   */
  async ownOf(visitor: Visitor, page: Page): Promise<ListedClip[]> {
    const createdById = visitor.identity.account?.id;
    if (createdById === undefined) throw new DomainError('not_logged_in', 'Log in first.');
    return this.#list({ createdById }, visitor, page);
  }

  /**
   * Returns a clip for playback.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `clip_not_found`, `password_required`; `rate_limited`, `unavailable` if
   *   the clip has to be read from storage first
   */
  async view(id: string, visitor: Visitor, client: string): Promise<ClipView> {
    const clip = await this.#find(id);
    const access = await this.authorizer.enter(clip, visitor, clipNotFound());
    const entry = await this.catalog.find('clips', id, client);
    if (!entry) throw clipNotFound();
    const base = this.authorizer.base(`/hls/clips/${id}`, access, visitor);
    const { middle } = entry.previews;
    const { channel, title, startMs, durationMs, playFromMs, createdBy } = clip;
    return {
      id,
      channel,
      title,
      recordingId: clip.hasRecording ? clip.recordingId : null,
      startMs,
      durationMs,
      visibility: access.visibility,
      createdAt: clip.createdAt.toISOString(),
      createdBy,
      playlistPath: `${base}/index.m3u8`,
      playFromMs,
      thumbnailPath: middle && `${base}/pictures/${middle}`,
      mayDelete: mayDelete(clip, visitor),
    };
  }

  /**
   * Returns a clip's metadata without reading its media.
   * @throws {DomainError} `clip_not_found`, `password_required`
   */
  async about(
    id: string,
    visitor: Visitor,
  ): Promise<Pick<StoredClip, 'channel' | 'title' | 'visibility' | 'thumbnail'>> {
    const clip = await this.#find(id);
    const { visibility } = await this.authorizer.enter(clip, visitor, clipNotFound());
    return { channel: clip.channel, title: clip.title, visibility, thumbnail: clip.thumbnail };
  }

  /**
   * Deletes a clip. Its creator may delete it even without access to it, because it counts toward
   * the creator's limit.
   * @throws {DomainError} `clip_not_found`, `password_required`; `forbidden` for anyone but its
   *   creator and the channel's owner
   */
  async delete(id: string, visitor: Visitor): Promise<void> {
    const clip = await this.#find(id);
    if (!mayDelete(clip, visitor)) {
      await this.authorizer.enter(clip, visitor, clipNotFound());
      if (visitor.identity.account === null)
        throw new DomainError('not_logged_in', 'Log in first.');
      throw new DomainError(
        'forbidden',
        'Only the clip’s creator and the channel’s owner can do that.',
      );
    }
    await this.clips.delete(id);
    this.catalog.forget('clips', id);
    await this.files.deleteOrLater(`clips/${id}`);
  }

  /** Lists a page of clips. Clips that the visitor may not watch have no thumbnail. */
  async #list(filter: ClipsOf, visitor: Visitor, page: Page): Promise<ListedClip[]> {
    const listed: ListedClip[] = [];
    for (const clip of await this.clips.list(filter, page)) {
      const { ownerId: _owner, createdById: _maker, playFromMs: _from, ...about } = clip;
      const { hasRecording, thumbnail, recordingId, createdAt, ...shown } = about;
      const access = await this.authorizer.accessFor(clip, visitor);
      const base = access && this.authorizer.base(`/hls/clips/${clip.id}`, access, visitor);
      listed.push({
        ...shown,
        visibility: access?.visibility ?? clip.visibility,
        recordingId: hasRecording ? recordingId : null,
        createdAt: createdAt.toISOString(),
        thumbnailPath: base && thumbnail ? `${base}/pictures/${thumbnail}` : null,
      });
    }
    return listed;
  }

  async #inTurn<T>(accountId: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#queue.run(accountId, work);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError(
        'unavailable',
        'Too many clips are being created. Try again in a moment.',
        {
          retryAfterMs: RETRY_MS,
        },
      );
    }
  }

  /** Stores a clip and resolves with its id. */
  async #make({ recording, cut, ...about }: ClipToMake): Promise<string> {
    const { createdById } = about;
    if (!this.space.hasRoomForClip(createdById, cut.bytes))
      throw new DomainError(
        'storage_limit',
        'Your storage is full. Delete recordings or clips before you create another clip.',
      );
    const id = randomUUID();
    const thumbnail = await this.#keep(id, recording.id, cut);
    const { channel } = recording;
    const { playFromMs, bytes } = cut;
    const clip = { id, channel, recordingId: recording.id, playFromMs, bytes, thumbnail, ...about };
    let result: Awaited<ReturnType<ClipRepository['create']>> | null = null;
    try {
      result = await this.clips.create(clip, this.#max);
    } finally {
      if (result !== 'stored') await this.files.deleteOrLater(`clips/${id}`);
    }
    if (result === 'too_many') throw this.#tooMany();
    if (result === 'no_recording')
      throw new DomainError('recording_not_found', 'Recording not found.');
    this.space.addClip(createdById, bytes);
    return id;
  }

  #tooMany(): DomainError {
    return new DomainError(
      'clip_limit',
      `An account can have up to ${this.#max} clips. Delete one to create another.`,
    );
  }

  async #find(id: string): Promise<StoredClip> {
    const clip = Id.safeParse(id).success ? await this.clips.find(id) : null;
    if (!clip) throw clipNotFound();
    return clip;
  }

  /**
   * Copies the segments to the clip's own keys and writes its journal. Resolves with the clip's
   * first thumbnail.
   */
  async #keep(id: string, recordingId: string, cut: Cut): Promise<string | null> {
    const { store, journals } = this.files;
    const key = `clips/${id}`;
    try {
      for (const { run, id: rendition, inits, segments } of cut.renditions)
        for (const line of [...inits, ...segments]) {
          const path = `${run}/${rendition}/${line.file}`;
          if (line.file !== null) await store.copy(`${recordingId}/${path}`, `${key}/${path}`);
          await journals.append({ key, run, rendition }, line);
        }
      let first: string | null = null;
      for (const picture of await journals.pictures(recordingId)) {
        if (picture.wallMs < cut.fromWallMs || picture.wallMs > cut.toWallMs) continue;
        const path = `pictures/${picture.file}`;
        await store.copy(`${recordingId}/${path}`, `${key}/${path}`);
        await journals.appendPicture(key, picture);
        first ??= picture.file;
      }
      await this.files.archive(key);
      return first;
    } catch (error) {
      await this.files.delete(key);
      throw error;
    }
  }
}

type ClipToMake = Readonly<{
  recording: Pick<StoredRecording, 'id' | 'channel'>;
  createdById: string;
  cut: Cut;
  title: string;
  startMs: number;
  durationMs: number;
}>;

function mayDelete({ createdById, ownerId }: StoredClip, { identity }: Visitor): boolean {
  const accountId = identity.account?.id ?? null;
  return accountId !== null && (accountId === createdById || accountId === ownerId);
}

const clipNotFound = () => new DomainError('clip_not_found', 'Clip not found.');
