/**
 * Reports that a publisher sends media that viewers can't play. The message is shown to the person
 * who operates the encoder, and says what to change.
 */
export class UnusableMedia extends Error {
  private constructor(message: string) {
    super(message);
    this.name = 'UnusableMedia';
  }

  static video(codec: string): UnusableMedia {
    return new UnusableMedia(
      `The encoder sends video as ${codec}. Over RTMP and SRT, this server accepts H.264. Set the video encoder to H.264.`,
    );
  }

  static audio(codec: string): UnusableMedia {
    return new UnusableMedia(
      `The encoder sends audio as ${codec}. Over RTMP and SRT, this server accepts AAC. Set the audio encoder to AAC.`,
    );
  }

  static aacProfile(): UnusableMedia {
    return new UnusableMedia(
      'The encoder sends AAC that browsers can’t play. Set its audio encoder to AAC-LC, mono or stereo.',
    );
  }

  static colors(): UnusableMedia {
    return new UnusableMedia(
      'The encoder sends colors that browsers can’t play. Set its color format to 4:2:0 with 8 bits (NV12 or I420; in FFmpeg, -pix_fmt yuv420p).',
    );
  }

  static notTransportStream(): UnusableMedia {
    return new UnusableMedia(
      'The encoder sends something other than MPEG-TS. Set its container or format to MPEG-TS.',
    );
  }

  static malformed(): UnusableMedia {
    return new UnusableMedia('The encoder sent a malformed description of its media.');
  }
}
