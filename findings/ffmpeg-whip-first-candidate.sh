#!/usr/bin/env bash
# FFmpeg's WHIP muxer uses only the first candidate of an answer. It neither checks the others nor falls back to them
# (RFC 8445 6.1.2 requires checking every pair), so an answer must start with an address that the client can reach.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv py
py/bin/pip install --quiet --only-binary=:all: imageio-ffmpeg==0.8.1
ffmpeg=$(ls py/lib/python3*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*)
"$ffmpeg" -version | head -1

cat > endpoint.py <<'P'
# A WHIP endpoint whose answer has two candidates on this machine. It counts the packets to each, and sends none.
import http.server, re, socket, subprocess, sys, threading, time

sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
counts = [0, 0]
for one in sockets:
    one.bind(("127.0.0.1", 0))


def count(index):
    while True:
        sockets[index].recv(2000)
        counts[index] += 1


for index in range(2):
    threading.Thread(target=count, args=(index,), daemon=True).start()


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        offer = self.rfile.read(int(self.headers["content-length"])).decode()
        ports = [one.getsockname()[1] for one in sockets]
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=ice-lite", "a=group:BUNDLE 0 1"]
        for kind, payload, name, mid in re.findall(r"m=(audio|video) 9 UDP/TLS/RTP/SAVPF (\d+)[\s\S]*?a=rtpmap:\2 (\S+)[\s\S]*?(?=m=|$)", offer) and [
            (m.group(1), m.group(2), re.search(rf"a=rtpmap:{m.group(2)} (\S+)", offer).group(1), str(i))
            for i, m in enumerate(re.finditer(r"m=(audio|video) 9 UDP/TLS/RTP/SAVPF (\d+)", offer))
        ]:
            lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {payload}", "c=IN IP4 127.0.0.1", f"a=mid:{mid}", "a=recvonly", "a=rtcp-mux",
                      "a=ice-ufrag:serverfragment", "a=ice-pwd:serverpasswordserverpassword", "a=fingerprint:sha-256 " + ":".join(["AB"] * 32),
                      "a=setup:active" if "setup:passive" in offer else "a=setup:passive", f"a=rtpmap:{payload} {name}"]
            lines += [f"a=candidate:{i} 1 udp {2000 - i} 127.0.0.1 {port} typ host" for i, port in enumerate(ports, 1)]
        body = ("\r\n".join(lines) + "\r\n").encode()
        self.send_response(201)
        for name, value in (("content-type", "application/sdp"), ("location", "/session"), ("content-length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
source = ["-re", "-f", "lavfi", "-i", "testsrc2=size=160x96:rate=10", "-re", "-f", "lavfi", "-i", "sine=sample_rate=48000"]
codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "libopus", "-ac", "2"]
url = f"http://127.0.0.1:{server.server_address[1]}/whip"
ran = subprocess.run([sys.argv[1], "-hide_banner", "-nostdin", "-v", "error", *source, *codecs, "-t", "10", "-f", "whip", url],
                     capture_output=True, text=True, timeout=60)
time.sleep(0.5)
print("\n".join(ran.stderr.splitlines()[:3]))
print(f"packets to the first candidate: {counts[0]}, to the second: {counts[1]}")
sys.exit(0 if counts[0] > 0 and counts[1] == 0 else 1)
P
if python3 endpoint.py "$ffmpeg"; then echo "Unchanged: the second candidate is never tried."; else echo "CHANGED"; exit 1; fi
