import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Visitor } from '../../access/visitor.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { Turns } from '../../common/turns.js';
import type { GuestRecordingView, RecordingProblem } from '../../protocol/recording.js';
import { bytesOf, type RecordedRun } from '../journal/recorded.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingService } from '../recording.service.js';
import type { StoredRecording } from '../recording.repository.js';
import { hasHoles } from '../vod/aligned-run.js';
import { positionOf } from '../vod/previews.js';
import { VodAuthorizer } from '../vod/vod-authorizer.js';
import { VodCatalog, type VodEntry } from '../vod/vod-catalog.js';
import { type Vod, vodOf } from '../vod/vod.js';
import {
  GuestRecordingRepository,
  type StoredGuestRecording,
} from './guest-recording.repository.js';

/** Identifies a guest's recording, together with the recording to which it belongs. */
export type GuestRecordingId = Readonly<{ id: string; recordingId: string }>;

/**
 * Returns the key prefix of a guest's files. It starts with the recording's prefix, so the guest's
 * files are deleted, uploaded and swept with the recording's.
 */
export function guestKey(recordingId: string, id: string): string {
  return `${recordingId}/guests/${id}`;
}

/** The separate recordings of guests, which the channel's owner and moderators can download. */
@Injectable()
export class GuestRecordings implements OnApplicationBootstrap {
  readonly #log: Log;

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly repository: GuestRecordingRepository,
    private readonly files: RecordingFiles,
    private readonly recordings: RecordingService,
    private readonly catalog: VodCatalog,
    private readonly authorizer: VodAuthorizer,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.finishLeftOvers();
  }

  /** Finishes the guests' recordings that an earlier process or a lost node left unfinished. */
  async finishLeftOvers(): Promise<void> {
    const left = this.files.isNode
      ? await this.repository.unfinished()
      : await this.repository.allUnfinished();
    for (const guest of left)
      await this.finish(guest, null).catch((err: unknown) =>
        this.#log.warn(
          { err, guestRecordingId: guest.id },
          'a guest’s recording can’t be finished at the moment; retrying later',
        ),
      );
  }

  /** Finishes a guest's recording once everything that could be stored is stored. */
  async finish(guest: GuestRecordingId, problem: RecordingProblem | null): Promise<void> {
    const { id, recordingId } = guest;
    const turns = new Turns();
    const { runs, vod } = await this.#read(guest, turns);
    const missing = problem ?? (runs.some(hasHoles) ? 'unwritable' : null);
    if (missing) await this.repository.setProblem(id, missing);
    const [first] = vod?.spans ?? [];
    await this.repository.finish(
      id,
      vod && first
        ? {
            startedAt: new Date(first.wallMs),
            durationMs: Math.round(vod.durationMs),
            bytes: bytesOf(runs),
          }
        : null,
    );
    await this.files.archive(guestKey(recordingId, id));
    this.#log.info({ broadcastId: recordingId, guestRecordingId: id }, 'guest recording finished');
  }

  /**
   * Lists the guests of a recording in the order in which they went on stage.
   * @param client the caller's key for rate limits
   * @throws {DomainError} `recording_not_found`, always for anyone except the channel's owner and
   *   moderators; `password_required`; `rate_limited`, `unavailable`
   */
  async list(
    recordingId: string,
    { visitor, client }: { visitor: Visitor; client: string },
  ): Promise<GuestRecordingView[]> {
    const recording = await this.#enter(recordingId, visitor);
    const entry =
      recording.state === 'ready'
        ? await this.catalog.find('recordings', recordingId, client)
        : null;
    const guests = await this.repository.list(recordingId);
    return guests.map((guest) => this.#viewOf(guest, entry?.vod ?? null));
  }

  /**
   * Returns a finished recording of a guest.
   * @throws {DomainError} as {@link list}; `not_found`, `recording_not_ready`
   */
  async find(
    { id, recordingId }: GuestRecordingId,
    visitor: Visitor,
  ): Promise<{ recording: StoredRecording; guest: StoredGuestRecording }> {
    const recording = await this.#enter(recordingId, visitor);
    const guest = (await this.repository.list(recordingId)).find((one) => one.id === id);
    if (!guest) throw new DomainError('not_found', 'This guest was not recorded separately.');
    if (guest.state !== 'ready')
      throw new DomainError(
        'recording_not_ready',
        'This file isn’t finished. Try again when the guest has left the stage.',
      );
    return { recording, guest };
  }

  /**
   * Reads the playable media of a guest's recording.
   * @throws {DomainError} `unavailable` while another node uploads it
   */
  async entryOf(
    { id, recordingId, bytes }: StoredGuestRecording,
    turns: Turns,
  ): Promise<VodEntry | null> {
    const key = guestKey(recordingId, id);
    const known = await this.#read({ id, recordingId }, turns, bytes);
    this.catalog.assertUploaded(key, bytesOf(known.runs) >= bytes);
    return known.vod && { key, bytes, vod: known.vod, previews: { count: 0, middle: null } };
  }

  /**
   * @param bytes the size that is known to be stored, of which other nodes may have stored a part
   */
  async #read(
    { id, recordingId }: GuestRecordingId,
    turns: Turns,
    bytes = 1,
  ): Promise<{ runs: RecordedRun[]; vod: Vod | null }> {
    const key = guestKey(recordingId, id);
    let runs = await this.files.journals.read(key, turns);
    if (this.files.isNode && bytesOf(runs) < bytes) {
      await this.files.restore(key);
      runs = await this.files.journals.read(key, turns);
    }
    return { runs, vod: await vodOf(runs, turns) };
  }

  #viewOf(guest: StoredGuestRecording, whole: Vod | null): GuestRecordingView {
    const { id, recordingId, startedAt, ...rest } = guest;
    const path = `/api/recordings/${recordingId}/guests/${id}/download.mp4`;
    return {
      ...rest,
      id,
      startedAt: startedAt?.toISOString() ?? null,
      offsetMs: startedAt && whole && offsetIn(whole, startedAt.getTime()),
      downloadPath: guest.state === 'ready' ? this.authorizer.address(path) : null,
    };
  }

  async #enter(recordingId: string, visitor: Visitor): Promise<StoredRecording> {
    const { recording } = await this.recordings.find(recordingId, visitor);
    if (await this.recordings.mayHaveGuests(recording, visitor)) return recording;
    throw new DomainError('recording_not_found', 'Recording not found.');
  }
}

/**
 * Returns the position in the whole recording at which a guest's recording begins; negative if it
 * begins before the whole recording. If it begins in a gap, the position is the time since the
 * start of the whole recording, including gaps.
 */
function offsetIn(whole: Vod, wallMs: number): number {
  const [first] = whole.spans;
  return Math.round(positionOf(whole, wallMs) ?? wallMs - (first?.wallMs ?? wallMs));
}
