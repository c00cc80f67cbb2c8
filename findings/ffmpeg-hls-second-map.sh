#!/usr/bin/env bash
# FFmpeg's HLS demuxer reads a second EXT-X-MAP and then ignores it. After a change of resolution at a discontinuity,
# which RFC 8216 4.3.2.5 allows, it decodes frames of the second size with the parameter sets of the first.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv py
py/bin/pip install --quiet --only-binary=:all: imageio-ffmpeg==0.8.1
ffmpeg=$(ls py/lib/python3*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*)
"$ffmpeg" -version | head -1

for size in 320x180 160x96; do
  "$ffmpeg" -v error -f lavfi -i "testsrc2=size=$size:rate=10" -t 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p \
    -bf 0 -g 20 -f hls -hls_time 2 -hls_list_size 0 -hls_segment_type fmp4 \
    -hls_fmp4_init_filename "init-$size.mp4" -hls_segment_filename "$size-%d.m4s" "$size.m3u8"
done
cat > both.m3u8 <<'M'
#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:2
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init-320x180.mp4"
#EXTINF:2,
320x180-0.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-160x96.mp4"
#EXTINF:2,
160x96-0.m4s
#EXT-X-ENDLIST
M

decode() { "$ffmpeg" -hide_banner -nostdin -v info -i "$1" -vf showinfo -f null - 2>&1 | grep -oE ' s:[0-9]+x[0-9]+' | sort | uniq -c || true; }
echo "160x96.m3u8 alone, frames by size:"; decode 160x96.m3u8
echo "both.m3u8 (320x180, then 160x96), frames by size:"; decode both.m3u8 | tee seen
"$ffmpeg" -hide_banner -nostdin -v warning -i both.m3u8 -f null - 2>&1 | grep -vE '^ *$' | head -3 || true
if grep -q 's:160x96' seen; then echo "CHANGED: the second size is decoded now"; exit 1; fi
echo "Unchanged: no frame has the second size."
