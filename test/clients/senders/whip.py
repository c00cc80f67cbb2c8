# Publishes a film over WHIP with aiortc: python whip.py URL KEY FILE
import asyncio
import signal
import sys
import urllib.parse
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer


def ask(method, url, key, body=None):
    headers = {"content-type": "application/sdp", "authorization": f"Bearer {key}"}
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode(), answer.headers["location"]


async def main(url, key, file):
    peer = RTCPeerConnection()
    player = MediaPlayer(file, loop=True)
    peer.addTransceiver(player.audio, direction="sendonly")
    video = peer.addTransceiver(player.video, direction="sendonly")
    from aiortc import RTCRtpSender

    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType == "video/H264"])
    await peer.setLocalDescription(await peer.createOffer())
    answer, location = await asyncio.to_thread(ask, "POST", url, key, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    stop = asyncio.Event()
    asyncio.get_event_loop().add_signal_handler(signal.SIGINT, stop.set)
    await stop.wait()
    await asyncio.to_thread(ask, "DELETE", urllib.parse.urljoin(url, location), key)
    await peer.close()


asyncio.run(main(*sys.argv[1:4]))
