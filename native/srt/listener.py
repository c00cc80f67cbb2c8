"""The port to which callers connect."""

import threading
import time

import libsrt
from attempts import Attempts
from libsrt import library

# How long the service may take to answer. Until it does, nothing is received on the port.
ANSWER_S = 1.0
# How long callers are refused without a question after an answer was missing.
QUIET_S = 10.0
BACKLOG = 32
# Reasons for which callers are refused (access_control.h).
OVERLOAD = 1402
UNAVAILABLE = 1503


class Question:
    """A question to the service, and its answer."""

    def __init__(self, id):
        self.id = id
        self.reply = None
        self.answered = threading.Event()


class Listener:
    """Asks the service about each caller before the caller is connected."""

    def __init__(self, emit, receiver):
        self.emit = emit
        self.receiver = receiver
        self.attempts = None
        # The latest question. libsrt calls back one caller at a time.
        self.question = Question(0)
        self.quiet_until = 0.0
        # libsrt holds no reference to it.
        self.callback = libsrt.ListenCallback(self.on_caller)

    def open(self, port, attempts):
        """Opens the port. `attempts` are those of an address: see `Attempts`."""
        self.attempts = Attempts(attempts["burst"], attempts["perSecond"])
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
        """Binds to all IPv6 and IPv4 addresses, or only to IPv4 ones if IPv6 is unavailable."""
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
        """Returns the service's answer about a caller.

        Nothing is received meanwhile, so a caller beyond the limit is refused without a question.
        If the service is stuck, so are all callers for a while: they repeat their packets, and
        waiting for each packet would starve the connections.
        """
        if time.monotonic() < self.quiet_until:
            return {"reason": UNAVAILABLE}
        if not self.attempts.take(address):
            return {"reason": OVERLOAD}
        question = self.question = Question(self.question.id + 2)
        self.emit("asked", id=question.id, address=address, streamId=stream_id)
        if question.answered.wait(ANSWER_S):
            return {**question.reply, "id": question.id}
        self.quiet_until = time.monotonic() + QUIET_S
        # The service may still admit the caller later, for which it must learn the end.
        self.emit("closed", id=question.id, silentMs=0)
        return {"reason": UNAVAILABLE}

    def answer(self, id, reply):
        question = self.question
        # Each question has its own event, so a late answer can't reach the next caller.
        if question.id == id:
            question.reply = reply
            question.answered.set()
