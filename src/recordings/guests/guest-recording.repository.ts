import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../db/prisma.service.js';
import type { RecordingProblem, RecordingState } from '../../protocol/recording.js';
import { LOADED_PROBLEM, STORED_PROBLEM } from '../recording.repository.js';

/** A guest's recording as stored. */
export type StoredGuestRecording = Readonly<{
  id: string;
  /** The recording to which it belongs. */
  recordingId: string;
  name: string;
  state: RecordingState;
  /** The time at which its first frame was captured; null until the recording is finished. */
  startedAt: Date | null;
  durationMs: number;
  bytes: number;
  problem: RecordingProblem | null;
  lacksVideo: boolean;
}>;

type Row = Readonly<{ id: string; recording_id: string }>;

/** Stores the metadata of guests' recordings in the database. */
@Injectable()
export class GuestRecordingRepository {
  constructor(private readonly db: PrismaService) {}

  /**
   * Creates a guest's recording, and the broadcast's recording if it doesn't exist yet. Resolves
   * with the channel's owner, or null if the channel is not recorded, or the broadcast ended
   * without a recording.
   */
  async begin(guest: {
    id: string;
    recordingId: string;
    name: string;
  }): Promise<{ ownerId: string } | null> {
    const { recordingId: broadcastId } = guest;
    const broadcast = await this.db.broadcast.findUnique({
      where: { id: broadcastId },
      select: {
        state: true,
        recording: { select: { broadcastId: true } },
        channel: { select: { recordingEnabled: true, ownerId: true } },
      },
    });
    if (!broadcast?.channel.recordingEnabled) return null;
    if (broadcast.recording === null && broadcast.state === 'ENDED') return null;
    await this.db.recording.upsert({
      where: { broadcastId },
      create: { broadcastId },
      update: {},
    });
    // The reply to an earlier attempt may have been lost.
    await this.db.guestRecording.upsert({ where: { id: guest.id }, create: guest, update: {} });
    return { ownerId: broadcast.channel.ownerId };
  }

  async setProblem(id: string, problem: RecordingProblem): Promise<void> {
    await this.db.guestRecording.updateMany({
      where: { id, problem: null },
      data: { problem: STORED_PROBLEM[problem] },
    });
  }

  async setLacksVideo(id: string): Promise<void> {
    await this.db.guestRecording.updateMany({ where: { id }, data: { lacksVideo: true } });
  }

  /**
   * Marks a guest's recording as finished.
   * @param what null if nothing was recorded
   */
  async finish(
    id: string,
    what: Readonly<{ startedAt: Date; durationMs: number; bytes: number }> | null,
  ): Promise<void> {
    await this.db.guestRecording.updateMany({
      where: { id },
      data: what ? { ...what, state: 'READY' } : { state: 'FAILED' },
    });
  }

  /** Lists the guests of a recording in the order in which they went on stage. */
  async list(recordingId: string): Promise<StoredGuestRecording[]> {
    const rows = await this.db.guestRecording.findMany({
      where: { recordingId },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ state, problem, bytes, ...row }) => ({
      ...row,
      bytes: Number(bytes),
      state: state.toLowerCase() as Lowercase<typeof state>,
      problem: problem && LOADED_PROBLEM[problem],
    }));
  }

  /** Returns the number of guests of a recording. */
  count(recordingId: string): Promise<number> {
    return this.db.guestRecording.count({ where: { recordingId } });
  }

  /** Whether an account is a moderator of a channel. */
  async isModerator(channel: string, accountId: string): Promise<boolean> {
    const found = await this.db.channelModerator.count({
      where: { accountId, channel: { name: channel } },
    });
    return found > 0;
  }

  /** Returns the unfinished recordings of guests whose node no longer exists. */
  async unfinished(): Promise<{ id: string; recordingId: string }[]> {
    const rows = await this.db.$queryRaw<Row[]>`
      SELECT guest_recordings.id, guest_recordings.recording_id
      FROM guest_recordings JOIN broadcasts ON broadcasts.id = guest_recordings.recording_id
      WHERE guest_recordings.state = 'RECORDING' AND broadcasts.state = 'ENDED'
        AND (broadcasts.node_id IS NULL
          OR NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.id = broadcasts.node_id))`;
    return rows.map(({ id, recording_id: recordingId }) => ({ id, recordingId }));
  }

  /** Returns all unfinished recordings of guests. */
  allUnfinished(): Promise<{ id: string; recordingId: string }[]> {
    return this.db.guestRecording.findMany({
      where: { state: 'RECORDING' },
      select: { id: true, recordingId: true },
    });
  }
}
