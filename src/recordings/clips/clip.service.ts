import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Visitor } from '../../access/access.service.js';
import { DomainError } from '../../common/domain-error.js';
import type { ClipView, NewClip } from '../../protocol/clip.js';
import { CLIPS_MAX } from '../../protocol/limits.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingRepository } from '../recording.repository.js';
import { RecordingService } from '../recording.service.js';
import { type Cut, cutVod } from '../vod/cut.js';
import { VodCatalog } from '../vod/vod-catalog.js';
import { VodDoor } from '../vod/vod-door.js';
import { ClipRepository, type StoredClip } from './clip.repository.js';

const Id = z.uuid();
/** Shorter than this isn't worth an address, milliseconds. */
const WORTH_MS = 500;

/** Stretches of recordings with files and addresses of their own. */
@Injectable()
export class ClipService {
  readonly #clips: ClipRepository;
  readonly #recordings: RecordingService;
  readonly #stored: RecordingRepository;
  readonly #files: RecordingFiles;
  readonly #catalog: VodCatalog;
  readonly #door: VodDoor;

  // oxlint-disable-next-line max-params -- Nest's injection: clips, what they are cut of, who may.
  constructor(
    clips: ClipRepository,
    recordings: RecordingService,
    stored: RecordingRepository,
    files: RecordingFiles,
    catalog: VodCatalog,
    door: VodDoor,
  ) {
    this.#clips = clips;
    this.#recordings = recordings;
    this.#stored = stored;
    this.#files = files;
    this.#catalog = catalog;
    this.#door = door;
  }

  /**
   * Makes a clip of what may be watched, also while it is being recorded.
   * @param client who asks, as limits count them
   * @throws {DomainError} `recording_not_found`, `password_required`, `recording_not_ready`, `clip_limit`
   */
  async create(
    recordingId: string,
    { visitor, client }: { visitor: Visitor; client: string },
    { startMs, durationMs, title }: NewClip,
  ): Promise<ClipView> {
    const { recording } = await this.#recordings.find(recordingId, visitor);
    const createdById = visitor.identity.account?.id;
    if (createdById === undefined) throw new DomainError('not_logged_in', 'Log in first.');
    if ((await this.#clips.count(createdById)) >= CLIPS_MAX)
      throw new DomainError(
        'clip_limit',
        `An account can have ${CLIPS_MAX} clips. Delete one to make another.`,
      );
    const vod =
      recording.state === 'ready'
        ? (await this.#catalog.find('recordings', recordingId, client))?.vod
        : await this.#catalog.soFar(recordingId);
    const cut = vod && cutVod(vod, { startMs, endMs: startMs + durationMs });
    const thereMs = cut ? cut.durationMs - cut.playFromMs : 0;
    if (!cut || thereMs < WORTH_MS)
      throw new DomainError('recording_not_ready', 'There is nothing recorded at that place.');
    const id = randomUUID();
    await this.#keep(id, recordingId, cut);
    const { channel, visibility } = recording;
    await this.#clips.create({
      id,
      channel,
      visibility,
      recordingId,
      createdById,
      title: title || recording.title,
      startMs,
      durationMs: Math.round(Math.min(durationMs, thereMs)),
      playFromMs: cut.playFromMs,
      bytes: cut.bytes,
    });
    return this.view(id, visitor, client);
  }

  /**
   * @param client who asks, as limits count them
   * @throws {DomainError} `clip_not_found`, `password_required`; `rate_limited`, `unavailable` when it has to be read
   * first
   */
  async view(id: string, visitor: Visitor, client: string): Promise<ClipView> {
    const clip = await this.#find(id);
    const access = await this.#door.enter(clip, visitor, clipNotFound());
    const entry = await this.#catalog.find('clips', id, client);
    if (!entry) throw clipNotFound();
    const base = this.#door.base(`/hls/clips/${id}`, access, visitor);
    const { middle } = entry.previews;
    const isRecordingThere = (await this.#stored.find(clip.recordingId)) !== null;
    const { channel, title, startMs, durationMs, playFromMs, createdBy } = clip;
    return {
      id,
      channel,
      title,
      recordingId: isRecordingThere ? clip.recordingId : null,
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
   * What pages about it say: nothing of its media is read.
   * @throws {DomainError} `clip_not_found`, `password_required`
   */
  async about(
    id: string,
    visitor: Visitor,
  ): Promise<Pick<StoredClip, 'channel' | 'title' | 'visibility'> & { picture: string | null }> {
    const clip = await this.#find(id);
    const { visibility } = await this.#door.enter(clip, visitor, clipNotFound());
    const [picture] = await this.#files.journals.pictures(`clips/${id}`);
    return { channel: clip.channel, title: clip.title, visibility, picture: picture?.file ?? null };
  }

  /** @throws {DomainError} `clip_not_found`, `password_required`; `forbidden` for who neither made it nor owns the channel */
  async delete(id: string, visitor: Visitor): Promise<void> {
    const clip = await this.#find(id);
    await this.#door.enter(clip, visitor, clipNotFound());
    if (visitor.identity.account === null) throw new DomainError('not_logged_in', 'Log in first.');
    if (!mayDelete(clip, visitor))
      throw new DomainError('forbidden', 'Only who made it and the channel’s owner can do that.');
    await this.#clips.delete(id);
    this.#catalog.forget('clips', id);
    await this.#files.deleteOrLater(`clips/${id}`);
  }

  async #find(id: string): Promise<StoredClip> {
    const clip = Id.safeParse(id).success ? await this.#clips.find(id) : null;
    if (!clip) throw clipNotFound();
    return clip;
  }

  /** Gives it names of its own for the segments, and a journal of them. */
  async #keep(id: string, recordingId: string, cut: Cut): Promise<void> {
    const { store, journals } = this.#files;
    const key = `clips/${id}`;
    try {
      for (const { run, id: rendition, inits, segments } of cut.renditions)
        for (const line of [...inits, ...segments]) {
          const path = `${run}/${rendition}/${line.file}`;
          if (line.file !== null) await store.copy(`${recordingId}/${path}`, `${key}/${path}`);
          await journals.append({ key, run, rendition }, line);
        }
      for (const picture of await journals.pictures(recordingId)) {
        if (picture.wallMs < cut.fromWallMs || picture.wallMs > cut.toWallMs) continue;
        const path = `pictures/${picture.file}`;
        await store.copy(`${recordingId}/${path}`, `${key}/${path}`);
        await journals.appendPicture(key, picture);
      }
      await this.#files.archive(key);
    } catch (error) {
      await this.#files.delete(key);
      throw error;
    }
  }
}

function mayDelete({ createdById, ownerId }: StoredClip, { identity }: Visitor): boolean {
  const accountId = identity.account?.id ?? null;
  return accountId !== null && (accountId === createdById || accountId === ownerId);
}

const clipNotFound = () => new DomainError('clip_not_found', 'There is no such clip.');
