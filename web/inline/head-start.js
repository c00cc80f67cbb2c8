// On pages with a live player, starts two slow tasks while the page's code is still being loaded:
// opening the socket, and starting WebRTC, whose first connection takes tens of milliseconds longer
// than later ones. web/client/head-start.ts takes over the socket.
{
  const boot = document.getElementById('boot');
  const { basePath, channel } = boot ? JSON.parse(boot.textContent) : {};

  const openSocket = () => {
    const url = new URL(`${basePath}/socket.io/?EIO=4&transport=websocket`, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    const received = [];
    const receive = (event) => {
      // The first message is Engine.IO's handshake. The server then expects Socket.IO's handshake,
      // "40".
      if (received.length === 0) socket.send('40');
      received.push(event);
    };
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', receive);
    return { socket, received, receive };
  };

  // This is the same query as mediasoup-client's, so that mediasoup-client can use the answer.
  const askForCodecs = async () => {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    try {
      peer.addTransceiver('audio', { direction: 'recvonly' });
      peer.addTransceiver('video', {
        direction: 'recvonly',
        sendEncodings: [{ scalabilityMode: 'L3T3' }],
      });
      return (await peer.createOffer()).sdp;
    } catch {
      return null;
    } finally {
      peer.close();
    }
  };

  // A page that asks for the channel's password has no channel yet.
  if (channel)
    globalThis.onairHeadStart = {
      early: openSocket(),
      offer: channel.broadcast && 'RTCPeerConnection' in globalThis ? askForCodecs() : null,
    };
}
