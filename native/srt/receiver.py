"""Callers' connections, whose data is passed on to the service."""

import ctypes
import struct
import threading
import time

import libsrt
from libsrt import library

FRAME_MAX = 65_536
EVENTS_MAX = 64
REPORT_S = 1.0
# How long an admitted caller may take to connect. The handshake ends with the answer to it.
CONNECTING_S = 1.0


class Connection:
    def __init__(self, id):
        self.id = id
        # `heard`: when packets last arrived from the network, to a second.
        self.since = self.heard = time.monotonic()
        self.packets = 0


class Receiver(threading.Thread):
    """Accepts admitted callers and receives their data, in one thread."""

    def __init__(self, emit, media):
        super().__init__(daemon=True)
        self.emit = emit
        self.media = media
        self.epoll = libsrt.check(library.srt_epoll_create())
        self.listening = None
        # Both are keyed by socket, and guarded by the lock, because other threads admit and close
        # callers.
        self.admitted = {}
        self.connections = {}
        self.lock = threading.Lock()
        self.buffer = ctypes.create_string_buffer(FRAME_MAX)

    def watch(self, listening):
        self.listening = listening
        self.add(listening)

    def add(self, sock):
        libsrt.watch(self.epoll, sock, libsrt.EPOLL_IN | libsrt.EPOLL_ERR)

    def admit(self, sock, id):
        with self.lock:
            self.admitted[sock] = Connection(id)

    def close(self, id):
        with self.lock:
            found = [sock for sock, one in self.connections.items() if one.id == id]
        for sock in found:
            self.end(sock)

    def run(self):
        events = (libsrt.EpollEvent * EVENTS_MAX)()
        reported = time.monotonic()
        while True:
            count = library.srt_epoll_uwait(self.epoll, events, EVENTS_MAX, int(REPORT_S * 1000))
            for event in events[: max(count, 0)]:
                if event.sock == self.listening:
                    self.accept()
                else:
                    self.receive(event.sock)
            if count < 0:
                # No socket exists yet.
                time.sleep(REPORT_S / 10)
            if time.monotonic() - reported >= REPORT_S:
                reported = time.monotonic()
                self.report(reported)

    def accept(self):
        while (sock := library.srt_accept(self.listening, None, None)) != libsrt.INVALID_SOCK:
            with self.lock:
                connection = self.admitted.pop(sock, None)
                if connection is not None:
                    self.connections[sock] = connection
            if connection is None:
                library.srt_close(sock)
                continue
            self.emit("connected", id=connection.id)
            try:
                self.add(sock)
            except libsrt.SrtError:
                # The caller or the service has closed it already.
                self.end(sock)

    def receive(self, sock):
        """Passes on the data that has arrived on a socket, up to one frame."""
        connection = self.connections.get(sock)
        if connection is None:
            library.srt_close(sock)
            return
        size, lost = 0, False
        while size + libsrt.MESSAGE_MAX <= FRAME_MAX:
            place = ctypes.byref(self.buffer, size)
            received = library.srt_recvmsg(sock, place, libsrt.MESSAGE_MAX)
            if received <= 0:
                lost = library.srt_getlasterror(None) != libsrt.EASYNCRCV
                break
            size += received
        if size > 0:
            self.media.sendall(struct.pack("!II", connection.id, size))
            self.media.sendall(memoryview(self.buffer)[:size])
        if lost:
            self.end(sock)

    def end(self, sock):
        with self.lock:
            connection = self.connections.pop(sock, None)
        library.srt_close(sock)
        if connection is not None:
            self.closed(connection)

    def closed(self, connection):
        silent = time.monotonic() - connection.heard
        self.emit("closed", id=connection.id, silentMs=round(silent * 1000))

    def report(self, now):
        with self.lock:
            late = [sock for sock, one in self.admitted.items() if now - one.since > CONNECTING_S]
            gone = [self.admitted.pop(sock) for sock in late]
            present = list(self.connections.items())
        for connection in gone:
            self.closed(connection)
        for sock, connection in present:
            try:
                values = libsrt.statistics(sock)
            except libsrt.SrtError:
                continue
            # libsrt delivers data later than it arrives, by a latency that callers can choose.
            if values.pktRecvTotal != connection.packets:
                connection.packets, connection.heard = values.pktRecvTotal, now
            self.emit(
                "statistics",
                id=connection.id,
                roundTripMs=values.msRTT,
                packets=values.pktRecvTotal,
                lostPackets=values.pktRcvLossTotal,
                droppedPackets=values.pktRcvDropTotal,
            )
