/** The sources that can be captured. */
export type CaptureSource = 'camera' | 'microphone' | 'screen';

/** The reason why a source can't be captured. */
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

/** A description of a failure for the user: what happened and what to do. */
export interface CaptureProblem {
  readonly source: CaptureSource;
  readonly kind: CaptureProblemKind;
  /** One or two sentences for the user. */
  readonly message: string;
  /** A short form, for use beside the full sentence. */
  readonly short: string;
  /** Whether "Try again" can help without leaving the page. */
  readonly retriable: boolean;
}

/** Describes a problem of the given kind. */
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
 * an insecure context, browsers have no `mediaDevices` at all, and the error is only a TypeError.
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
      // A refusal by the operating system has the same error name; only the message differs, in
      // Chromium and Firefox.
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
    `Your system blocks the browser from using the ${name}. Allow it in the system’s privacy settings, then press Try again.`,
  missing: (name) => `No ${name} was found. Plug one in, then press Try again.`,
  busy: (name) =>
    `The ${name} is in use by another program. Close that program, then press Try again.`,
  insecure: (name) =>
    `Browsers allow the ${name} only on secure pages. Open this page over HTTPS, or as localhost on this computer.`,
  unsupported: (name) =>
    `This browser can’t use the ${name}. Use a current version of Chrome, Edge, Firefox or Safari.`,
  cancelled: (name) => `No ${name} was chosen.`,
  unplugged: (name) => `The ${name} was unplugged. Plug it in again or choose another one.`,
  unknown: (name) => `The ${name} did not start. Press Try again, or choose another one.`,
};

const shorts: Record<CaptureProblemKind, string> = {
  denied: 'Blocked by your browser',
  denied_by_system: 'Blocked by your system',
  missing: 'Not found',
  busy: 'In use by another program',
  insecure: 'Needs HTTPS or localhost',
  unsupported: 'Not supported by this browser',
  cancelled: 'Canceled',
  unplugged: 'Unplugged',
  unknown: 'Did not start',
};

/** Sentences for a camera and a microphone that failed for the same reason. */
const jointSentences: Record<CaptureProblemKind, string> = {
  denied:
    'Your browser blocked the camera and the microphone. Allow them in the address bar, then press Try again.',
  denied_by_system:
    'Your system blocks the browser from using the camera and the microphone. Allow them in the system’s privacy settings, then press Try again.',
  missing: 'No camera or microphone was found. Plug one in, then press Try again.',
  busy: 'The camera and the microphone are in use by another program. Close that program, then press Try again.',
  insecure:
    'Browsers allow the camera and the microphone only on secure pages. Open this page over HTTPS, or as localhost on this computer.',
  unsupported:
    'This browser can’t use the camera and the microphone. Use a current version of Chrome, Edge, Firefox or Safari.',
  cancelled: 'No camera or microphone was chosen.',
  unplugged: 'The camera and the microphone were unplugged. Plug them in again.',
  unknown: 'The camera and the microphone did not start. Press Try again.',
};

/** Returns the sentence for a camera and a microphone that both failed for this reason. */
export function jointMessage(kind: CaptureProblemKind): string {
  return jointSentences[kind];
}

/** The sentences for screens that differ from those for devices. */
const screenSentences: Partial<Record<CaptureProblemKind, string>> = {
  missing: 'There is no screen or window to share.',
  busy: 'Couldn’t capture the screen. Choose another screen or window.',
  unsupported:
    'This browser can’t share a screen. Use Chrome, Edge, Firefox or Safari on a computer.',
  cancelled: 'No screen was chosen, so nothing is shared.',
  unknown: 'Couldn’t share the screen. Choose another screen or window.',
};

function sentence(source: CaptureSource, kind: CaptureProblemKind): string {
  const special = source === 'screen' ? screenSentences[kind] : undefined;
  return special ?? deviceSentences[kind](source);
}

function isRetriable(kind: CaptureProblemKind): boolean {
  return kind !== 'insecure' && kind !== 'unsupported';
}
