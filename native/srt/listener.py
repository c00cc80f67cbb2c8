"""The port at which callers arrive."""

import threading

import libsrt
from libsrt import library

# How long an answer of the service may take. Until then, nothing is received on the port.
ANSWER_S = 1.0
BACKLOG = 32
# Reasons for which callers are refused (access_control.h).
UNAVAILABLE = 1503


class Listener:
    """Asks the service about each caller before it is connected."""

    def __init__(self, emit, receiver):
        self.emit = emit
        self.receiver = receiver
        self.last_id = 0
        # The question that waits for its answer. libsrt calls back one caller at a time.
        self.asked = None
        self.answered = threading.Event()
        self.reply = None
        # libsrt holds no reference to it.
        self.callback = libsrt.ListenCallback(self.on_caller)

    def open(self, port):
        sock = library.srt_create_socket()
        try:
            self.bind(sock, port)
            libsrt.set_option(sock, libsrt.RCVSYN, 0)
            libsrt.check(library.srt_listen_callback(sock, self.callback, None))
            libsrt.check(library.srt_listen(sock, BACKLOG))
        except libsrt.SrtError:
            library.srt_close(sock)
            raise
        self.receiver.watch(sock)

    def bind(self, sock, port):
        """Binds to all addresses of IPv6 and IPv4; without IPv6, to those of IPv4."""
        libsrt.set_option(sock, libsrt.IPV6ONLY, 0)
        any6 = libsrt.socket_address("::", port)
        if library.srt_bind(sock, any6, len(any6)) == libsrt.ERROR:
            any4 = libsrt.socket_address("0.0.0.0", port)
            libsrt.check(library.srt_bind(sock, any4, len(any4)))

    def on_caller(self, _opaque, sock, _version, address, stream_id):
        try:
            reply = self.ask(libsrt.address_at(address), (stream_id or b"").decode(errors="replace"))
            if "reason" in reply:
                library.srt_setrejectreason(sock, reply["reason"])
                return libsrt.ERROR
            if reply["passphrase"] is not None:
                libsrt.set_option(sock, libsrt.PASSPHRASE, reply["passphrase"].encode())
            self.receiver.admit(sock, reply["id"])
            return 0
        except Exception:
            # An exception would count as 0, which admits the caller.
            library.srt_setrejectreason(sock, UNAVAILABLE)
            return libsrt.ERROR

    def ask(self, address, stream_id):
        self.last_id += 2
        id = self.last_id
        self.answered.clear()
        self.asked = id
        self.emit("asked", id=id, address=address, streamId=stream_id)
        answered = self.answered.wait(ANSWER_S)
        self.asked = None
        if answered:
            return {**self.reply, "id": id}
        # The service may still admit the caller later, for which it must learn the end.
        self.emit("closed", id=id, silentMs=0)
        return {"reason": UNAVAILABLE}

    def answer(self, id, reply):
        if id == self.asked:
            self.reply = reply
            self.answered.set()
