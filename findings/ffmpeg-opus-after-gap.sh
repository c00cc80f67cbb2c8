#!/usr/bin/env bash
# When HLS with Opus continues after more than 10 s without media, for example after an interrupted broadcast, the
# ffmpeg program gives the first packet after the gap the time of the last one before it, and complains about its own
# timestamps. It measures the gap from the start of the last packet, because the Opus parameters contain no frame size.
# With AAC, or with a -dts_delta_threshold longer than the gap, it doesn't complain.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv py
py/bin/pip install --quiet --only-binary=:all: imageio-ffmpeg==0.8.1
ffmpeg=$(ls py/lib/python3*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*)
"$ffmpeg" -version | head -1

for codec in libopus aac; do
  "$ffmpeg" -v error -f lavfi -i sine=sample_rate=48000 -t 4 -c:a "$codec" \
    -bsf:a "setts=ts='if(gte(TS*TB,2),TS+12/TB,TS)'" -f hls -hls_time 2 -hls_list_size 0 \
    -hls_segment_type fmp4 -hls_fmp4_init_filename "$codec.mp4" -hls_segment_filename "$codec-%d.m4s" "$codec.m3u8"
done

complaints() { "$ffmpeg" -hide_banner -nostdin "$@" -f null - 2>&1 | grep -ciE 'non monoton' || true; }
opus=$(complaints -i libopus.m3u8)
longer=$(complaints -dts_delta_threshold 60 -i libopus.m3u8)
aac=$(complaints -i aac.m3u8)
echo "complaints: Opus $opus, Opus with a larger threshold $longer, AAC $aac"
if [ "$opus $longer $aac" != "1 0 0" ]; then echo "CHANGED"; exit 1; fi
echo "Unchanged: FFmpeg complains about the first packet of Opus after the gap."
