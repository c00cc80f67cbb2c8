/** The sources that can be captured. */
export type CaptureSource = 'camera' | 'microphone' | 'screen';

/** Why a source delivers nothing. */
export type CaptureProblemKind =
  | 'denied'
  | 'denied_by_system'
  | 'missing'
  | 'busy'
  | 'insecure'
  | 'unsupported'
  | 'cancelled'
  | 'unplugged'
  | 'unknown';

/** A failure described for people: what happened and what to do. */
export interface CaptureProblem {
  readonly source: CaptureSource;
  readonly kind: CaptureProblemKind;
  /** One or two sentences for people. */
  readonly message: string;
  /** A short form, for use beside the full sentence. */
  readonly short: string;
  /** Whether "Try again" can help without leaving the page. */
  readonly retriable: boolean;
}

/** Describes the problem of that kind. */
export function captureProblem(source: CaptureSource, kind: CaptureProblemKind): CaptureProblem {
  return {
    source,
    kind,
    message: sentence(source, kind),
    short: shorts[kind],
    retriable: isRetriable(kind),
  };
}

/**
 * Explains a rejected getUserMedia or getDisplayMedia. `secure` is the page's `isSecureContext`: in
 * an insecure context the browser has no `mediaDevices` at all, and the error is only a TypeError.
 */
export function captureProblemOf(
  error: unknown,
  source: CaptureSource,
  { secure }: { secure: boolean },
): CaptureProblem {
  return captureProblem(source, secure ? kindOf(error, source) : 'insecure');
}

function kindOf(error: unknown, source: CaptureSource): CaptureProblemKind {
  if (!(error instanceof Error)) return 'unknown';
  switch (error.name) {
    case 'NotAllowedError':
    case 'SecurityError':
    case 'PermissionDeniedError':
      // A refusal by the operating system has the same name; Chromium and Firefox say so in the
      // text.
      if (/system/i.test(error.message)) return 'denied_by_system';
      // Closing the browser's screen picker is a choice, not a failure.
      return source === 'screen' ? 'cancelled' : 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy';
    case 'NotSupportedError':
    case 'TypeError':
      return 'unsupported';
    default:
      return 'unknown';
  }
}

const deviceSentences: Record<CaptureProblemKind, (name: string) => string> = {
  denied: (name) =>
    `Your browser blocked the ${name}. Allow it in the address bar, then press Try again.`,
  denied_by_system: (name) =>
    `Your system does not let the browser use the ${name}. Allow it in the system's privacy settings, then press Try again.`,
  missing: (name) => `No ${name} was found. Plug one in, then press Try again.`,
  busy: (name) =>
    `The ${name} is used by another program. Close that program, then press Try again.`,
  insecure: (name) =>
    `The browser gives the ${name} only to secure pages. Open this page over https, or as localhost on this computer.`,
  unsupported: (name) =>
    `This browser cannot use the ${name}. Use a current Chrome, Edge, Firefox or Safari.`,
  cancelled: (name) => `The choice of a ${name} was cancelled.`,
  unplugged: (name) => `The ${name} was unplugged. Plug it in again or choose another one.`,
  unknown: (name) => `The ${name} did not start. Press Try again, or choose another one.`,
};

const shorts: Record<CaptureProblemKind, string> = {
  denied: 'Blocked by your browser',
  denied_by_system: 'Blocked by your system',
  missing: 'Not found',
  busy: 'Used by another program',
  insecure: 'Only on https or localhost',
  unsupported: 'Not possible in this browser',
  cancelled: 'Cancelled',
  unplugged: 'Unplugged',
  unknown: 'Did not start',
};

/** Camera and microphone failed for the same reason, so one sentence covers both. */
const jointSentences: Record<CaptureProblemKind, string> = {
  denied:
    'Your browser blocked the camera and the microphone. Allow them in the address bar, then press Try again.',
  denied_by_system:
    "Your system does not let the browser use the camera and the microphone. Allow them in the system's privacy settings, then press Try again.",
  missing: 'Neither a camera nor a microphone was found. Plug one in, then press Try again.',
  busy: 'The camera and the microphone are used by another program. Close that program, then press Try again.',
  insecure:
    'The browser gives camera and microphone only to secure pages. Open this page over https, or as localhost on this computer.',
  unsupported:
    'This browser cannot use the camera and the microphone. Use a current Chrome, Edge, Firefox or Safari.',
  cancelled: 'The choice of a camera and a microphone was cancelled.',
  unplugged: 'The camera and the microphone were unplugged. Plug them in again.',
  unknown: 'The camera and the microphone did not start. Press Try again.',
};

/** The sentence shown when camera and microphone both failed for this reason. */
export function jointMessage(kind: CaptureProblemKind): string {
  return jointSentences[kind];
}

/** Sentences that differ for screens. */
const screenSentences: Partial<Record<CaptureProblemKind, string>> = {
  missing: 'There is no screen or window to share.',
  busy: 'The screen could not be captured. Choose another screen or window.',
  unsupported:
    'This browser cannot share a screen. Use Chrome, Edge, Firefox or Safari on a computer.',
  cancelled: 'Nothing is shared: the choice of a screen was cancelled.',
  unknown: 'The screen could not be shared. Choose another screen or window.',
};

function sentence(source: CaptureSource, kind: CaptureProblemKind): string {
  const special = source === 'screen' ? screenSentences[kind] : undefined;
  return special ?? deviceSentences[kind](source);
}

function isRetriable(kind: CaptureProblemKind): boolean {
  return kind !== 'insecure' && kind !== 'unsupported';
}
