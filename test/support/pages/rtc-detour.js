// Runs in a page before its own code: its WebRTC finds the server's media port at another one.
globalThis.detourRtc = (fromPort, toPort) => {
  const redirect = (sdp) =>
    sdp.replaceAll(/^(a=candidate:(?:\S+ ){5})(\d+)/gm, (line, head, port) =>
      Number(port) === fromPort ? `${head}${toPort}` : line,
    );
  const peer = globalThis.RTCPeerConnection?.prototype;
  if (!peer) return;
  const { setRemoteDescription } = peer;
  peer.setRemoteDescription = function setRedirected(description) {
    return setRemoteDescription.call(this, {
      type: description.type,
      sdp: redirect(description.sdp),
    });
  };
};
