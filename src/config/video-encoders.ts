/** FFmpeg's H.264 encoders that can be used, the one with the lowest CPU use first. */
export const VIDEO_ENCODERS = ['h264_nvenc', 'h264_vaapi', 'libx264'] as const;
export type VideoEncoder = (typeof VIDEO_ENCODERS)[number];
