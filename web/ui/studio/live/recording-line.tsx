import { useEffect, useState } from 'preact/hooks';
import type { RecordingView } from '../../../../src/protocol/recording.js';
import { recordingApi } from '../../../client/recording-api.js';
import { RequestError } from '../../../client/request-error.js';
import { toast } from '../../components/toast.js';
import { clockTime } from '../../format/duration.js';
import { MISSING } from '../../recording/missing-words.js';

const POLL_MS = 10_000;
/**
 * After this many polls without a recording, the broadcast counts as not recorded. A recording
 * exists only once its first segments are stored.
 */
const MISSES_MAX = 2;

/**
 * The recording of a live broadcast: null if it isn't recorded, and undefined until that is known.
 */
export type RecordedSoFar = RecordingView | null | undefined;

/**
 * Polls the recording of a live broadcast, and shows one toast if parts of the broadcast can't be
 * recorded.
 */
export function useRecordedSoFar(broadcastId: string): RecordedSoFar {
  const [recorded, setRecorded] = useState<RecordedSoFar>();
  useEffect(() => {
    let misses = 0;
    const timer = setInterval(
      () => void recordingApi.recording(broadcastId).then(setRecorded, missed),
      POLL_MS,
    );
    function missed(error: unknown): void {
      // While the server is unreachable, the last known state remains.
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
      toast({ text: `In the recording, ${MISSING[problem]}`, tone: 'danger', sticky: true });
  }, [problem]);
  return recorded;
}

/** Shows how much has been recorded, and any problem with the recording. */
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
