/**
 * The person shown as the speaker, a rival who may replace them, and the time at which each of them
 * took that role.
 */
export interface SpeakerState {
  readonly speaker: string | null;
  readonly sinceMs: number;
  readonly rival: string | null;
  readonly rivalSinceMs: number;
}

export const NO_SPEAKER: SpeakerState = {
  speaker: null,
  sinceMs: Number.NEGATIVE_INFINITY,
  rival: null,
  rivalSinceMs: 0,
};

/** A speaker is shown for at least this time, so that the layout doesn't jump. */
const STAYS_MS = 2_500;
/**
 * Someone else becomes the speaker only after speaking for this time, which is longer than a cough.
 */
const CLAIMS_MS = 600;

/**
 * Returns the next state. The speaker changes only while the current one is silent, and only to
 * someone who has been speaking for a while.
 * @param speaking the people who are speaking now, loudest first
 */
export function nextSpeaker(
  state: SpeakerState,
  { speaking, nowMs }: { speaking: readonly string[]; nowMs: number },
): SpeakerState {
  const isSpeaking = state.speaker !== null && speaking.includes(state.speaker);
  const [loudest = null] = speaking;
  const rival = isSpeaking || loudest === state.speaker ? null : loudest;
  const rivalSinceMs = rival === state.rival ? state.rivalSinceMs : nowMs;
  const isDue = nowMs - rivalSinceMs >= CLAIMS_MS && nowMs - state.sinceMs >= STAYS_MS;
  if (rival !== null && (isDue || state.speaker === null)) {
    return { speaker: rival, sinceMs: nowMs, rival: null, rivalSinceMs: nowMs };
  }
  return { ...state, rival, rivalSinceMs };
}
