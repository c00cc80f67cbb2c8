// Runs in the watch page before the page's own code, and records when each step to the first frame
// is reached, in ms since the start of the navigation. It doesn't affect the page.
{
  const marks = {};
  const mark = (name) => {
    marks[name] ??= performance.now();
  };
  globalThis.firstFrameMarks = marks;

  const NativeSocket = globalThis.WebSocket;
  globalThis.WebSocket = class extends NativeSocket {
    #replyPrefix = null;
    constructor(...args) {
      super(...args);
      mark('socketStarted');
      this.addEventListener('open', () => mark('socketOpen'));
      this.addEventListener('message', ({ data }) => {
        if (String(data).startsWith('40')) mark('socketConnected');
        if (this.#replyPrefix && String(data).startsWith(this.#replyPrefix)) mark('joinReplied');
      });
    }
    send(data) {
      // Socket.IO answers 42<id>["event",payload] with 43<id>[reply].
      const id = /^42(\d+)\["viewer:join"/.exec(data)?.[1];
      if (id !== undefined) {
        this.#replyPrefix = `43${id}[`;
        mark('joinSent');
      }
      super.send(data);
    }
  };

  const NativePeer = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends NativePeer {
    constructor(...args) {
      super(...args);
      mark('deviceAsked');
      this.addEventListener('iceconnectionstatechange', () => {
        if (this.iceConnectionState === 'connected') mark('iceConnected');
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') mark('dtlsConnected');
      });
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') track.addEventListener('unmute', () => mark('firstPacket'));
      });
    }
    async setLocalDescription(...args) {
      await super.setLocalDescription(...args);
      mark('negotiated');
    }
  };

  const watch = (video) => {
    mark('videoElement');
    video.addEventListener('loadeddata', () => mark('firstFrame'));
    video.requestVideoFrameCallback(() => {
      mark('firstFrame');
      mark('firstFrameShown');
    });
  };
  new MutationObserver((_changes, observer) => {
    const video = document.querySelector('video');
    if (!video) return;
    observer.disconnect();
    watch(video);
  }).observe(document, { childList: true, subtree: true });
}
