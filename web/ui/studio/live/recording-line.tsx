import { useEffect, useState } from 'preact/hooks';
import type { RecordingView } from '../../../../src/protocol/recording.js';
import { recordingApi } from '../../../client/recording-api.js';
import { RequestError } from '../../../client/request-error.js';
import { toast } from '../../components/toast.js';
import { clockTime } from '../../format/duration.js';
import { MISSING } from '../../recording/missing-words.js';

const LOOK_MS = 10_000;
/** It begins with the first segments: if it isn't there by then, the channel is not recorded. */
const MISSES_MAX = 2;

/** What is recorded of a broadcast so far; null: nothing. Undefined until that is known. */
export type RecordedSoFar = RecordingView | null | undefined;

/** Looks again and again what is recorded of a broadcast that is on, and says once when parts of it can't be. */
export function useRecordedSoFar(broadcastId: string): RecordedSoFar {
  const [recorded, setRecorded] = useState<RecordedSoFar>();
  useEffect(() => {
    let misses = 0;
    const timer = setInterval(
      () => void recordingApi.recording(broadcastId).then(setRecorded, missed),
      LOOK_MS,
    );
    function missed(error: unknown): void {
      // While the server can't be asked, what was known stays.
      if (!(error instanceof RequestError) || error.code !== 'recording_not_found') return;
      misses += 1;
      if (misses < MISSES_MAX) return;
      setRecorded(null);
      clearInterval(timer);
    }
    return () => clearInterval(timer);
  }, [broadcastId]);
  const problem = recorded?.problem ?? null;
  useEffect(() => {
    if (problem !== null)
      toast({ text: `Of the recording ${MISSING[problem]}`, tone: 'danger', sticky: true });
  }, [problem]);
  return recorded;
}

/** The same in words. */
export function RecordingLine({ recorded }: { recorded: RecordedSoFar }) {
  if (recorded === undefined) return null;
  if (recorded === null) return <p class="muted">This broadcast is not being recorded.</p>;
  const { durationMs, problem } = recorded;
  return (
    <p class="muted">
      Recorded so far: <span class="figures">{clockTime(durationMs)}</span>
      {problem !== null && <>; {MISSING[problem]}</>}
    </p>
  );
}
