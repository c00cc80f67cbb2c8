import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Visitor } from '../../access/visitor.js';
import { BroadcastDirectory } from '../../broadcast/directory.js';
import { LiveChannels } from '../../broadcast/live-channels.js';
import { CallError, NODE_CALLS, type NodeCalls } from '../../cluster/node-calls.js';
import { accepted, Refused, refusing } from '../../cluster/refusals.js';
import { DomainError } from '../../common/domain-error.js';
import { LOG, type Log } from '../../common/logger.js';
import { ClipView, NewClip } from '../../protocol/clip.js';
import { RecordingFiles } from '../recording-files.js';
import { ClipService } from './clip.service.js';

const CALL = 'clip-create';
/**
 * The time limit for a call. It is generous, because clips are created one at a time and then
 * uploaded.
 */
const TIMEOUT_MS = 30_000;
const RETRY_MS = 1_000;

const Request = z.object({
  recordingId: z.string(),
  visitor: z.object({
    identity: z.object({
      account: z
        .object({
          id: z.string(),
          username: z.string(),
          displayName: z.string(),
          isAdmin: z.boolean(),
        })
        .nullable(),
      sessionId: z.string().nullable(),
      guestId: z.string(),
    }),
    passes: z.string(),
    address: z.string(),
  }),
  client: z.string(),
  clip: NewClip,
});
const Answer = z.union([Refused, ClipView]);

/**
 * Lets the node that runs a broadcast create the clips of that broadcast, because only that node
 * has the newest segments. All other clips are created here, from the bucket.
 */
@Injectable()
export class ClipNodes {
  constructor(
    private readonly clips: ClipService,
    private readonly files: RecordingFiles,
    private readonly directory: BroadcastDirectory,
    private readonly liveChannels: LiveChannels,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
    @Inject(LOG) private readonly log: Log,
  ) {
    calls.answer(CALL, (body) => {
      const { recordingId, visitor, client, clip } = Request.parse(body);
      return refusing(() => this.#createHere(recordingId, { visitor, client }, clip));
    });
  }

  /**
   * Creates a clip; see {@link ClipService.create}.
   * @throws {DomainError} as {@link ClipService.create}; `unavailable` if the broadcast's node
   *   isn't responding
   */
  async create(
    recordingId: string,
    by: { visitor: Visitor; client: string },
    clip: NewClip,
  ): Promise<ClipView> {
    const remote = [...this.directory.all].find(({ id }) => id === recordingId);
    if (!remote) return this.#createHere(recordingId, by, clip);
    const { visitor, client } = by;
    const { account, guestId, sessionId = null } = visitor.identity;
    const identity = { account, guestId, sessionId };
    const request = { recordingId, visitor: { ...visitor, identity }, client, clip };
    const answer = await this.calls
      .call(remote.nodeId, CALL, request, { timeoutMs: TIMEOUT_MS })
      .catch((cause: unknown) => {
        if (!(cause instanceof CallError)) throw cause;
        throw new DomainError(
          'unavailable',
          'The server that is recording this broadcast isn’t responding. Try again in a moment.',
          { cause, retryAfterMs: RETRY_MS },
        );
      });
    return accepted(Answer.parse(answer));
  }

  async #createHere(
    recordingId: string,
    by: { visitor: Visitor; client: string },
    clip: NewClip,
  ): Promise<ClipView> {
    if (this.#isContinued(recordingId))
      // Clip positions are relative to the beginning of the recording, which another node recorded.
      await this.files
        .restore(recordingId)
        .catch((err: unknown) =>
          this.log.warn({ err, recordingId }, 'the beginning of a recording can’t be read'),
        );
    return this.clips.create(recordingId, by, clip);
  }

  /** Whether the broadcast runs on this node after moving here from another node. */
  #isContinued(id: string): boolean {
    for (const { broadcast } of this.liveChannels.channels)
      if (broadcast?.id === id) return broadcast.epoch > 1;
    return false;
  }
}
