#!/usr/bin/env bash
# FFmpeg adds the largest negative composition offset to the presentation time of every frame of a fragmented MP4.
# ISO/IEC 14496-12 8.8.8 says that a presentation time is the decode time plus the signed offset of the `trun` box, so
# that files with B-frames can begin at 0 without an edit list. FFmpeg shows such video 67 ms late, relative to audio
# and to what Chromium shows.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv py
py/bin/pip install --quiet --only-binary=:all: imageio-ffmpeg==0.8.1
ffmpeg=$(ls py/lib/python3*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*)
"$ffmpeg" -version | head -1

"$ffmpeg" -v error -f lavfi -i testsrc2=size=160x120:rate=30 -f lavfi -i sine=sample_rate=48000 -t 2 \
  -c:v libx264 -bf 3 -g 30 -c:a pcm_s16le -ac 1 \
  -movflags +frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets -video_track_timescale 30 video.mp4

# Decode time plus composition offset of each frame of the first fragment, in frames, as the file contains them.
python3 - <<'PY' | tee stored.txt
import struct
data = open('video.mp4', 'rb').read()
at = data.index(b'trun')
version, flags, count = data[at + 4], int.from_bytes(data[at + 5:at + 8], 'big'), struct.unpack('>I', data[at + 8:at + 12])[0]
at += 12 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
fields = [flag for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag]
offsets = []
for _ in range(count):
    for field in fields:
        if field == 0x800:
            offsets.append(struct.unpack('>i', data[at:at + 4])[0])
        at += 4
print(f'trun version {version}, smallest offset {min(offsets)}, earliest frame at {min(i + o for i, o in enumerate(offsets))}')
PY

# The earliest time of a frame or sample of one stream, in thirtieths of a second.
earliest() {
  "$ffmpeg" -v error -copyts -i video.mp4 -map "0:$1" -c copy -y -f framecrc timeline.txt
  rate=$(sed -n 's/^#tb 0: 1\///p' timeline.txt)
  awk -F, -v rate="$rate" '/^0,/{print $3 * 30 / rate}' timeline.txt | sort -n | head -1 || true
}
video=$(earliest v)
audio=$(earliest a)
echo "FFmpeg: first frame at $video, first audio sample at $audio, in thirtieths of a second"

grep -q 'smallest offset -2, earliest frame at 0' stored.txt
if [ "$video $audio" != "2 0" ]; then echo "CHANGED"; exit 1; fi
echo "Unchanged: FFmpeg shows the video two frames later than the file says."
