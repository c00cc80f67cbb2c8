/** Instructions for publishing with one program. */
export interface Recipe {
  readonly id: 'obs' | 'ffmpeg' | 'gstreamer';
  readonly label: string;
  /** The steps, in order. */
  readonly steps: readonly string[];
  /** A command to run, or null if the program has no command line. */
  readonly command: string | null;
}

/** The placeholder in commands for a key that is no longer available. */
const KEY_PLACE = 'STREAM_KEY';

/**
 * Returns instructions for each program, with the address and, while it is shown, the key.
 *
 * @param endpoint the address, such as `https://live.example/whip/NAME`
 */
export function recipes(endpoint: string, key: string | null): readonly Recipe[] {
  const shown = key ?? KEY_PLACE;
  return [
    {
      id: 'obs',
      label: 'OBS',
      steps: [
        'In OBS 30 or later, open Settings, then Stream.',
        'Choose WHIP as the service.',
        'Paste the server address, and the stream key as the bearer token.',
        'In Output, set the output mode to Advanced and the keyframe interval to 2 s. Turn B-frames off if there is an option.',
        'Click “Start Streaming”. Your channel goes live in a second or two.',
      ],
      command: null,
    },
    {
      id: 'ffmpeg',
      label: 'FFmpeg',
      steps: ['Use FFmpeg 8 or later, built with TLS. -re sends a file in real time.'],
      command:
        'ffmpeg -re -i film.mp4 -c:v libx264 -profile:v baseline -bf 0 -g 30 -pix_fmt yuv420p ' +
        `-c:a libopus -ar 48000 -ac 2 -f whip -authorization ${shown} ${endpoint}`,
    },
    {
      id: 'gstreamer',
      label: 'GStreamer',
      steps: ['Use GStreamer 1.22 or later with the rswebrtc plugin (gst-plugins-rs).'],
      command:
        'gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! whip.video_0 ' +
        'audiotestsrc is-live=true wave=ticks ! audioconvert ! whip.audio_0 ' +
        `whipclientsink name=whip signaller::whip-endpoint=${endpoint} signaller::auth-token=${shown}`,
    },
  ];
}
