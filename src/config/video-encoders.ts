/** FFmpeg's encoders of H.264 that can be used, the cheapest for the processor first. */
export const VIDEO_ENCODERS = ['h264_nvenc', 'h264_vaapi', 'libx264'] as const;
export type VideoEncoder = (typeof VIDEO_ENCODERS)[number];
