"""Connections that the service opens, on which it sends."""

import struct
import threading
import time

import libsrt
from libsrt import library

# Seven packets of MPEG-TS: what SRT's live mode expects, and as much as networks carry in one piece.
PAYLOAD = 1316
CONNECT_MS = 10_000
EVENTS_MAX = 64
REPORT_S = 1.0
# The connection couldn't even be attempted. SRT_REJECT_REASON (srt.h) has no negative codes.
NOT_ATTEMPTED = -1
# Media arrives in bursts. libsrt spreads each over time: it sends at twice the rate at which media
# arrived in the last second (100 % of overhead), and at least twice this rate, in bytes per second.
OVERHEAD_PERCENT = 100
INPUT_RATE_MIN = 1_250_000
# The number of the connection, and the length of the data.
HEADER = struct.Struct("!II")


class Target:
    """One connection."""

    def __init__(self, id, sock):
        self.id = id
        self.sock = sock
        self.connected = False
        self.taken = 0
        # Packets for which libsrt had no room.
        self.dropped = 0

    def send(self, data):
        """Sends data as far as libsrt takes it without waiting."""
        self.taken += len(data)
        for at in range(0, len(data), PAYLOAD):
            payload = data[at : at + PAYLOAD]
            if library.srt_sendmsg2(self.sock, payload, len(payload), None) == libsrt.ERROR:
                self.dropped += 1


class Sender(threading.Thread):
    """Opens connections, and watches them in one thread."""

    def __init__(self, emit):
        super().__init__(daemon=True)
        self.emit = emit
        self.epoll = libsrt.check(library.srt_epoll_create())
        libsrt.check(library.srt_epoll_set(self.epoll, libsrt.EPOLL_ENABLE_EMPTY))
        # By number. Guarded by the lock, because other threads open, close and send.
        self.targets = {}
        self.lock = threading.Lock()

    def connect(self, id, address, port, streamId, passphrase, latencyMs):
        sock = library.srt_create_socket()
        try:
            self.prepare(sock, streamId, passphrase, latencyMs)
            libsrt.watch(self.epoll, sock, libsrt.EPOLL_OUT | libsrt.EPOLL_ERR)
            with self.lock:
                self.targets[id] = Target(id, sock)
            place = libsrt.socket_address(address, port)
            libsrt.check(library.srt_connect(sock, place, len(place)))
        except (libsrt.SrtError, OSError, ValueError):
            # An address with a scope, for example, is an `OSError`.
            with self.lock:
                self.targets.pop(id, None)
            library.srt_close(sock)
            self.emit("rejected", id=id, reason=NOT_ATTEMPTED)

    def prepare(self, sock, stream_id, passphrase, latency_ms):
        for option, value in [
            (libsrt.SNDSYN, 0),
            (libsrt.RCVSYN, 0),
            (libsrt.CONNTIMEO, CONNECT_MS),
            (libsrt.PAYLOADSIZE, PAYLOAD),
            (libsrt.LATENCY, latency_ms),
            (libsrt.OHEADBW, OVERHEAD_PERCENT),
        ]:
            libsrt.set_option(sock, option, value)
        libsrt.set_option(sock, libsrt.MAXBW, 0, "q")
        libsrt.set_option(sock, libsrt.MININPUTBW, INPUT_RATE_MIN, "q")
        if stream_id:
            libsrt.set_option(sock, libsrt.STREAMID, stream_id.encode())
        if passphrase is not None:
            libsrt.set_option(sock, libsrt.PASSPHRASE, passphrase.encode())

    def send(self, id, data):
        with self.lock:
            target = self.targets.get(id)
        if target is not None and target.connected:
            target.send(data)

    def close(self, id):
        with self.lock:
            target = self.targets.get(id)
        if target is not None:
            self.end(target)

    def run(self):
        events = (libsrt.EpollEvent * EVENTS_MAX)()
        reported = time.monotonic()
        while True:
            count = library.srt_epoll_uwait(self.epoll, events, EVENTS_MAX, int(REPORT_S * 1000))
            changed = {event.sock for event in events[: max(count, 0)]}
            with self.lock:
                targets = list(self.targets.values())
            for target in targets:
                if target.sock in changed:
                    self.update(target)
            if time.monotonic() - reported >= REPORT_S:
                reported = time.monotonic()
                for target in targets:
                    self.report(target)

    def update(self, target):
        if library.srt_getsockstate(target.sock) != libsrt.CONNECTED:
            self.end(target)
        elif not target.connected:
            target.connected = True
            try:
                libsrt.watch(self.epoll, target.sock, libsrt.EPOLL_ERR)
            except libsrt.SrtError:
                return self.end(target)
            self.emit("connected", id=target.id)

    def end(self, target):
        with self.lock:
            is_known = self.targets.pop(target.id, None) is not None
        if not is_known:
            return
        # libsrt forgets the reason on closing.
        reason = library.srt_getrejectreason(target.sock)
        library.srt_close(target.sock)
        if target.connected:
            self.emit("closed", id=target.id, silentMs=0)
        else:
            self.emit("rejected", id=target.id, reason=reason)

    def report(self, target):
        if not target.connected:
            return
        try:
            taken = target.taken
            buffered = libsrt.buffered(target.sock)
            values = libsrt.statistics(target.sock)
        except libsrt.SrtError:
            # The connection has ended, which `update` notices.
            return
        self.emit(
            "sending",
            id=target.id,
            takenBytes=taken,
            bufferedBytes=buffered,
            packets=values.pktSentTotal,
            droppedPackets=values.pktSndDropTotal + target.dropped,
        )


class MediaInput(threading.Thread):
    """Reads the service's media, and passes it on."""

    def __init__(self, media, sender):
        super().__init__(daemon=True)
        self.frames = media.makefile("rb")
        self.sender = sender

    def run(self):
        # Less than a header is left if the service ends while it writes.
        while len(header := self.frames.read(HEADER.size)) == HEADER.size:
            id, size = HEADER.unpack(header)
            self.sender.send(id, self.frames.read(size))
