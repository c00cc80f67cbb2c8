import { Inject, Injectable } from '@nestjs/common';
import type { RecordingPort, SegmentKeeper } from '../broadcast/ports.js';
import { CLOCK, type Clock } from '../common/clock.js';
import { LOG, type Log } from '../common/logger.js';
import { Recorder } from './recorder.js';
import { RecordingFiles } from './recording-files.js';
import { RecordingRepository } from './recording.repository.js';
import { RecordingService } from './recording.service.js';

/** Implements the domain's recording port: a {@link Recorder} for each broadcast. */
@Injectable()
export class RecordingKeepers implements RecordingPort {
  readonly #files: RecordingFiles;
  readonly #repository: RecordingRepository;
  readonly #recordings: RecordingService;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(
    files: RecordingFiles,
    repository: RecordingRepository,
    recordings: RecordingService,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOG) log: Log,
  ) {
    this.#files = files;
    this.#repository = repository;
    this.#recordings = recordings;
    this.#clock = clock;
    this.#log = log.child({ part: 'recordings' });
  }

  open({ id, channel }: { id: string; channel: string }): SegmentKeeper {
    const { store, journals } = this.#files;
    return new Recorder({
      id,
      store,
      journals,
      log: this.#log.child({ channel, broadcastId: id }),
      nowMs: () => this.#clock.nowMs(),
      begin: async () => {
        const title = await this.#repository.begin(id);
        if (title !== null) await this.#recordings.addChapter(id, title);
        return title !== null;
      },
      onEnded: async (began) => {
        if (began) await this.#recordings.finish(id);
      },
      putPicture: (key, jpeg) => this.#files.putBytes(key, jpeg),
    });
  }
}
