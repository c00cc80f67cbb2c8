/** How one program is set to publish here. */
export interface Recipe {
  readonly id: 'obs' | 'ffmpeg' | 'gstreamer';
  readonly label: string;
  /** What to do, step by step. */
  readonly steps: readonly string[];
  /** A command to run, where the program has one. */
  readonly command: string | null;
}

/** What stands in a command where the key goes, when it isn't known any more. */
const KEY_PLACE = 'STREAM_KEY';

/**
 * Instructions with the address and, while it is shown, the key in them.
 *
 * @param endpoint `https://live.example/whip/NAME`
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
        'Paste the server address and, as bearer token, the stream key.',
        'In Output, set the output mode to Advanced, the key frame interval to 1 s and, where there is a choice, no B-frames.',
        'Press “Start streaming”. Your channel is live in a second or two.',
      ],
      command: null,
    },
    {
      id: 'ffmpeg',
      label: 'FFmpeg',
      steps: ['FFmpeg 8 or later, built with TLS. -re sends a file in real time.'],
      command:
        'ffmpeg -re -i film.mp4 -c:v libx264 -profile:v baseline -bf 0 -g 30 -pix_fmt yuv420p ' +
        `-c:a libopus -ar 48000 -ac 2 -f whip -authorization ${shown} ${endpoint}`,
    },
    {
      id: 'gstreamer',
      label: 'GStreamer',
      steps: ['GStreamer 1.22 or later, with the plug-in rswebrtc (gst-plugins-rs).'],
      command:
        'gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! whip.video_0 ' +
        'audiotestsrc is-live=true wave=ticks ! audioconvert ! whip.audio_0 ' +
        `whipclientsink name=whip signaller::whip-endpoint=${endpoint} signaller::auth-token=${shown}`,
    },
  ];
}
