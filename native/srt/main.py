"""Carries SRT connections for the service.

The service starts one such process. `src/srt/srt-messages.ts` describes the same protocol in types.

Control: one JSON object per line, commands on standard input and events on standard output. A
connection is identified by a number. Callers from outside have even numbers, which this process
assigns; connections that the service opens itself have odd ones, which it assigns.

    commands
    {"command": "listen", "port", "attempts": {"burst", "perSecond"}}
                                                  answered by `listening` or `unavailable`. An
                                                  address's attempts beyond the limit are refused
                                                  without `asked`
    {"command": "admit", "id", "passphrase"}      answers `asked`: the caller may connect. With a
                                                  passphrase (10 to 79 bytes), only a caller that
                                                  encrypts with it; with null, only one that doesn't
                                                  encrypt
    {"command": "refuse", "id", "reason"}         answers `asked`; a code from access_control.h
    {"command": "connect", "id", "address", "port", "streamId", "passphrase", "latencyMs"}
                                                  opens a connection, on which the service can send;
                                                  answered by `connected` or `rejected`. `streamId`
                                                  may be empty; `passphrase` may be null
    {"command": "close", "id"}                    closes a connection; `closed` follows, or
                                                  `rejected` if it isn't open yet

    events
    {"event": "listening"}
    {"event": "unavailable", "message"}           the port can't be used
    {"event": "failed", "command", "error"}       a command failed in a way that nothing expects;
                                                  `error` is the type of the exception
    {"event": "asked", "id", "address", "streamId"}
                                                  a caller wants to connect. It and all other
                                                  connections wait for the answer, a second at most.
                                                  If none comes, nothing is asked for ten seconds
    {"event": "connected", "id"}                  a connection is open
    {"event": "rejected", "id", "reason"}         a connection couldn't be opened; one of the codes of
                                                  SRT_REJECT_REASON (srt.h), which include those of
                                                  access_control.h. 16: nobody answered; -1: it
                                                  couldn't be attempted
    {"event": "statistics", "id", "roundTripMs", "packets", "lostPackets", "droppedPackets"}
                                                  every second. Counted since the connection: arrived,
                                                  lost on the network, and not recovered in time
    {"event": "sending", "id", "takenBytes", "bufferedBytes", "packets", "droppedPackets"}
                                                  every second, about a connection on which the
                                                  service sends. `takenBytes`: read from the service;
                                                  `bufferedBytes`: of these, not acknowledged yet.
                                                  `packets` were sent, including repeated ones;
                                                  `droppedPackets` were too late to be sent
    {"event": "closed", "id", "silentMs"}         comes once for each admitted caller, and each
                                                  connection that was open. `silentMs`: since data
                                                  last arrived from the network, to a second; 0 for
                                                  those on which the service sends

Media: file descriptor 3, a stream socket, in both directions. Each frame has a header of 8 bytes,
the connection's number and the length of the data (both 32 bits, big-endian), and up to 65,536 bytes
of data. If the service doesn't read, data waits in libsrt's buffers, which drop packets when they
are full. Data from the service consists of whole packets of MPEG-TS, is never waited for, and is
dropped if the receiver is too slow.

The process ends when its standard input is closed. Stream ids and passphrases are sent only over
the control channel, and are never printed elsewhere. With `--check`, the program only checks
whether libsrt is installed.
"""

import json
import os
import signal
import socket
import sys
import threading
import traceback

try:
    import libsrt
    from libsrt import library
except Exception as error:
    sys.exit(str(error))

from listener import Listener
from receiver import Receiver
from sender import MediaInput, Sender

MEDIA_FD = 3


class Output:
    """Writes events. Can be called from any thread."""

    def __init__(self):
        self.lock = threading.Lock()

    def __call__(self, event, **values):
        line = json.dumps({"event": event, **values}) + "\n"
        with self.lock:
            sys.stdout.write(line)
            sys.stdout.flush()


class Control:
    """Carries out commands."""

    def __init__(self, emit):
        self.emit = emit
        media = socket.socket(fileno=MEDIA_FD)
        self.receiver = Receiver(emit, media)
        self.listener = Listener(emit, self.receiver)
        self.sender = Sender(emit)
        self.input = MediaInput(media, self.sender)

    def start(self):
        for thread in [self.receiver, self.sender, self.input]:
            thread.start()

    def do_listen(self, port, attempts):
        try:
            self.listener.open(port, attempts)
            self.emit("listening")
        except libsrt.SrtError as error:
            self.emit("unavailable", message=str(error))

    def do_admit(self, id, passphrase):
        self.listener.answer(id, {"passphrase": passphrase})

    def do_refuse(self, id, reason):
        self.listener.answer(id, {"reason": reason})

    def do_connect(self, **target):
        self.sender.connect(**target)

    def do_close(self, id):
        self.receiver.close(id)
        self.sender.close(id)

    def run(self, line):
        """Carries out a command. If it fails, the connections of other commands continue."""
        message = json.loads(line)
        command = message.pop("command")
        try:
            getattr(self, f"do_{command}")(**message)
        except Exception as error:
            # Its text may contain a secret.
            self.emit("failed", command=command, error=type(error).__name__)


def main():
    if "--check" in sys.argv:
        print(libsrt.version())
        return 0
    # The service ends this process; Ctrl-C in the service's terminal must not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libsrt.check(library.srt_startup())
    library.srt_setloglevel(libsrt.LOG_CRITICAL)
    # Without its other threads, the process is useless.
    threading.excepthook = on_thread_error
    control = Control(Output())
    control.start()
    for line in sys.stdin:
        control.run(line)
    return 0


def leave(code):
    sys.stdout.flush()
    sys.stderr.flush()
    # Other threads may still be in libsrt, whose cleanup would wait for them.
    os._exit(code)


def on_thread_error(error):
    traceback.print_exception(error.exc_type, error.exc_value, error.exc_traceback, limit=-3)
    leave(1)


def run():
    code = 1
    try:
        code = main()
    except Exception:
        traceback.print_exc(limit=-3)
    leave(code)


if __name__ == "__main__":
    run()
