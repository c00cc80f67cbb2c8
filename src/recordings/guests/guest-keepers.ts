import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { GuestKeeper, RecordedGuest } from '../../broadcast/ports/recording.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { LOG, type Log } from '../../common/logger.js';
import { Recorder } from '../recorder.js';
import { RecordingFiles } from '../recording-files.js';
import { RecordingSpace } from '../recording-space.js';
import { RETRY_MS, untilDone } from '../until-done.js';
import { GuestRecordingRepository } from './guest-recording.repository.js';
import { GuestRecordings, guestKey } from './guest-recordings.js';

/**
 * Records each guest with a {@link Recorder}, whose files are stored within the recording's folder.
 */
@Injectable()
export class GuestKeepers implements OnApplicationShutdown {
  readonly #log: Log;
  readonly #recorders = new Set<Recorder>();
  readonly #stopping = new AbortController();

  // oxlint-disable-next-line max-params -- injected by Nest
  constructor(
    private readonly files: RecordingFiles,
    private readonly space: RecordingSpace,
    private readonly repository: GuestRecordingRepository,
    private readonly guests: GuestRecordings,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'recordings' });
  }

  open({ id, broadcastId, channel, name }: RecordedGuest): GuestKeeper {
    const { store, journals } = this.files;
    const log = this.#log.child({ channel, broadcastId, guestRecordingId: id });
    const retry = { log, stopping: this.#stopping.signal };
    const recorder = new Recorder({
      id: guestKey(broadcastId, id),
      store,
      journals,
      log,
      nowMs: () => this.clock.nowMs(),
      hasRoom: () => this.space.hasRoomFor(id),
      onKept: (bytes) => this.space.add(id, bytes),
      begin: async () =>
        this.files.canRecord &&
        (await untilDone(() => this.#begin({ id, recordingId: broadcastId, name }), retry)),
      onProblem: (problem) => {
        this.repository
          .setProblem(id, problem)
          .catch((err: unknown) => log.debug({ err }, 'a recording’s problem could not be stored'));
      },
      onEnded: async (began, problem) => {
        if (began)
          await untilDone(
            () => this.guests.finish({ id, recordingId: broadcastId }, problem),
            retry,
          );
        this.space.forget(id);
        this.#recorders.delete(recorder);
      },
      putPicture: (key, jpeg) => this.files.putPicture(key, jpeg),
    });
    this.#recorders.add(recorder);
    return {
      keepInit: (init) => recorder.keepInit(init),
      keepSegment: (segment) => recorder.keepSegment(segment),
      keepPicture: (jpeg) => recorder.keepPicture(jpeg),
      end: () => recorder.end(),
      lacksVideo: () => {
        log.warn('the camera of a guest isn’t recorded, because its codec needs FFmpeg');
        // Otherwise, a guest without a microphone would leave no trace.
        recorder.note(() => this.repository.setLacksVideo(id));
      },
    };
  }

  /** Resolves when everything passed so far has been stored or dropped. */
  async settled(): Promise<void> {
    const patience = setTimeout(() => this.#stopping.abort(), RETRY_MS);
    await Promise.all([...this.#recorders].map((recorder) => recorder.settled()));
    clearTimeout(patience);
  }

  onApplicationShutdown(): void {
    this.#stopping.abort();
  }

  async #begin(guest: { id: string; recordingId: string; name: string }): Promise<boolean> {
    const begun = await this.repository.begin(guest);
    if (begun === null) return false;
    await this.space.begin(guest.id, begun.ownerId);
    return true;
  }
}
