/** Instructions for publishing with one encoder. */
export interface Recipe {
  readonly id: 'obs' | 'ffmpeg' | 'gstreamer' | 'rtmp' | 'srt';
  readonly label: string;
  /** The steps, in order. */
  readonly steps: readonly string[];
  /** A command to run; null if the encoder has no command line. */
  readonly command: string | null;
}

/** The placeholder in commands for a key that is no longer available. */
const KEY_PLACE = 'STREAM_KEY';

type Place = Readonly<{
  /** The WHIP address, such as `https://live.example/whip/NAME`. */
  endpoint: string;
  /** The preferred RTMP address, such as `rtmp://live.example/live`; null if RTMP is off. */
  rtmpServer: string | null;
  acceptsSrt: boolean;
  /** The SRT address with the channel and the passphrase; null if the passphrase can't be shown. */
  srtAddress: string | null;
  /** The stream key; null if it can't be shown. */
  key: string | null;
}>;

/** Returns instructions for each encoder, with the addresses and, while it is shown, the key. */
export function recipes(place: Place): readonly Recipe[] {
  const { endpoint, rtmpServer, acceptsSrt, srtAddress, key } = place;
  const shown = key ?? KEY_PLACE;
  return [
    {
      id: 'obs',
      label: 'OBS',
      steps: [
        'In OBS 30 or newer, open Settings, then Stream.',
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
      steps: ['Use FFmpeg 8 or newer, built with TLS. -re sends a file in real time.'],
      command:
        'ffmpeg -re -i video.mp4 -c:v libx264 -profile:v baseline -bf 0 -g 30 -pix_fmt yuv420p ' +
        `-c:a libopus -ar 48000 -ac 2 -f whip -authorization ${shown} ${endpoint}`,
    },
    {
      id: 'gstreamer',
      label: 'GStreamer',
      steps: ['Use GStreamer 1.22 or newer with the rswebrtc plugin (gst-plugins-rs).'],
      command:
        'gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! whip.video_0 ' +
        'audiotestsrc is-live=true wave=ticks ! audioconvert ! whip.audio_0 ' +
        `whipclientsink name=whip signaller::whip-endpoint=${endpoint} signaller::auth-token=${shown}`,
    },
    ...(rtmpServer === null ? [] : [overRtmp(rtmpServer, shown)]),
    ...(acceptsSrt ? [overSrt(srtAddress)] : []),
  ];
}

function overRtmp(server: string, key: string): Recipe {
  return {
    id: 'rtmp',
    label: 'RTMP',
    steps: [
      'Use RTMP with programs and devices that lack WHIP. In OBS, open Settings, then Stream, and choose Custom as the service.',
      'Paste the RTMP server address and the stream key.',
      'Set the video encoder to H.264, the audio encoder to AAC, and the keyframe interval to 2 s.',
      'Set B-frames to 0. With B-frames, viewers watch over HLS, one or two seconds further behind live.',
      'Start streaming. With FFmpeg, use this command.',
    ],
    command:
      'ffmpeg -re -i video.mp4 -c:v libx264 -bf 0 -g 60 -pix_fmt yuv420p -c:a aac -b:a 160k ' +
      `-f flv ${server}/${key}`,
  };
}

/** Returns the complete URL for publishing over SRT, which encoders accept as a single setting. */
export function srtUrl(server: string, channel: string, passphrase: string): string {
  return `${server}?streamid=publish:${channel}&passphrase=${passphrase}`;
}

/** @param url null if it can't be shown, because an address without its passphrase is useless */
function overSrt(url: string | null): Recipe {
  return {
    id: 'srt',
    label: 'SRT',
    steps: [
      'Use SRT on networks that lose packets, or with devices that support it. SRT retransmits lost packets and encrypts the media.',
      'In OBS, open Settings, then Stream, and choose Custom as the service. Paste the SRT address as the server, and leave the stream key empty.',
      'On a device with separate fields, enter the text after “streamid=” as the stream ID, and the text after “passphrase=” as the passphrase. Choose caller mode.',
      'Set the video encoder to H.264, the audio encoder to AAC, the keyframe interval to 2 s, and B-frames to 0.',
      url === null ? 'Start streaming.' : 'Start streaming. With FFmpeg, use this command.',
    ],
    command:
      url &&
      'ffmpeg -re -i video.mp4 -c:v libx264 -bf 0 -g 60 -pix_fmt yuv420p -c:a aac -b:a 160k ' +
        `-f mpegts '${url}'`,
  };
}
