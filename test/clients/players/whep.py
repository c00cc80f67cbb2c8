# Plays over WHEP with aiortc for some seconds, and prints what it received as JSON: python whep.py
# URL SECONDS
import asyncio
import json
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription


def post(url, body):
    request = urllib.request.Request(url, body.encode(), {"content-type": "application/sdp"})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode(), answer.headers["location"]


async def count(track, seen):
    while True:
        frame = await track.recv()
        seen[track.kind] = seen.get(track.kind, 0) + 1
        if track.kind == "video":
            seen["size"] = f"{frame.width}x{frame.height}"


async def main(url, seconds):
    peer = RTCPeerConnection()
    seen = {}
    tasks = []
    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(count(track, seen))))
    peer.addTransceiver("audio", direction="recvonly")
    peer.addTransceiver("video", direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    answer, _ = await asyncio.to_thread(post, url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.sleep(seconds)
    print(json.dumps(seen), flush=True)
    await peer.close()


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
