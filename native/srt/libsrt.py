"""Bindings for the parts of libsrt, the reference implementation of SRT, that this program uses.

The functions have the names and the results of the C interface (srt.h). libsrt is safe to call from
several threads. `LibraryMissing` is raised on import if libsrt isn't installed.
"""

import ctypes
import ctypes.util
import socket
import struct
import sys

# The second version number identifies the binary interface, which this file describes.
FILES = ["libsrt-gnutls.so.1.5", "libsrt-openssl.so.1.5", "libsrt.so.1.5", "libsrt.so.1"]

ERROR = -1
INVALID_SOCK = -1
# The error codes of srt_getlasterror for a socket whose buffer is full, and for one from which
# nothing can be read yet.
EASYNCSND, EASYNCRCV = 6001, 6002
# Options (SRT_SOCKOPT).
SNDSYN, RCVSYN = 1, 2
MAXBW = 16
LATENCY = 23
OHEADBW = 25
PASSPHRASE = 26
CONNTIMEO = 36
MININPUTBW = 38
STREAMID = 46
PAYLOADSIZE = 49
IPV6ONLY = 54
# A state of srt_getsockstate.
CONNECTED = 5
# Events of srt_epoll.
EPOLL_IN, EPOLL_OUT, EPOLL_ERR = 1, 4, 8
# A flag of srt_epoll_set: waiting is possible without sockets.
EPOLL_ENABLE_EMPTY = 1
# Sockets in live mode receive at most this many bytes at once.
MESSAGE_MAX = 1456
# Log levels are those of syslog.
LOG_CRITICAL = 2


class LibraryMissing(Exception):
    pass


class SrtError(Exception):
    """Reports that a call failed, with libsrt's message."""


def load():
    for name in FILES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    # On Linux, this may run a compiler, which needs files that this process can't write.
    name = ctypes.util.find_library("srt") if sys.platform == "darwin" else None
    if name is None:
        raise LibraryMissing("libsrt isn't installed")
    return ctypes.CDLL(name)


class EpollEvent(ctypes.Structure):
    _fields_ = [("sock", ctypes.c_int), ("events", ctypes.c_int)]


class Statistics(ctypes.Structure):
    """SRT_TRACEBSTATS. Newer versions of libsrt append fields, for which there is room."""

    _fields_ = [
        ("msTimeStamp", ctypes.c_int64),
        *((name, ctypes.c_int64) for name in ["pktSentTotal", "pktRecvTotal"]),
        *((name, ctypes.c_int) for name in ["pktSndLossTotal", "pktRcvLossTotal"]),
        *((f"total{n}", ctypes.c_int) for n in range(5)),
        ("usSndDurationTotal", ctypes.c_int64),
        *((name, ctypes.c_int) for name in ["pktSndDropTotal", "pktRcvDropTotal"]),
        ("pktRcvUndecryptTotal", ctypes.c_int),
        *((f"bytesTotal{n}", ctypes.c_uint64) for n in range(7)),
        *((f"packets{n}", ctypes.c_int64) for n in range(2)),
        *((f"local{n}", ctypes.c_int) for n in range(8)),
        *((name, ctypes.c_double) for name in ["mbpsSendRate", "mbpsRecvRate"]),
        ("usSndDuration", ctypes.c_int64),
        ("pktReorderDistance", ctypes.c_int),
        ("pktRcvAvgBelatedTime", ctypes.c_double),
        ("pktRcvBelated", ctypes.c_int64),
        *((f"dropped{n}", ctypes.c_int) for n in range(3)),
        *((f"bytes{n}", ctypes.c_uint64) for n in range(7)),
        ("usPktSndPeriod", ctypes.c_double),
        *((f"window{n}", ctypes.c_int) for n in range(3)),
        ("msRTT", ctypes.c_double),
        ("more", ctypes.c_char * 1024),
    ]


ListenCallback = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_char_p,
)

library = load()
library.srt_getlasterror_str.restype = ctypes.c_char_p
library.srt_epoll_uwait.argtypes = [
    ctypes.c_int,
    ctypes.POINTER(EpollEvent),
    ctypes.c_int,
    ctypes.c_int64,
]
library.srt_getversion.restype = ctypes.c_uint32
library.srt_getsndbuffer.argtypes = [
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_size_t),
    ctypes.POINTER(ctypes.c_size_t),
]
library.srt_sendmsg2.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]


def version():
    number = library.srt_getversion()
    return f"libsrt {number >> 16}.{number >> 8 & 0xFF}.{number & 0xFF}"


def check(result):
    """Returns the result of a call, or raises its error."""
    if result == ERROR:
        raise SrtError(library.srt_getlasterror_str().decode(errors="replace"))
    return result


def set_option(sock, option, value, form="i"):
    """Sets an option to a number of this size (see `struct`), or to text given as bytes."""
    data = value if isinstance(value, bytes) else struct.pack(form, value)
    check(library.srt_setsockflag(sock, option, data, len(data)))


def watch(epoll, sock, events):
    """Adds a socket to an epoll, or changes which of its events are watched."""
    flags = ctypes.byref(ctypes.c_int(events))
    check(library.srt_epoll_update_usock(epoll, sock, flags))


def statistics(sock):
    values = Statistics()
    check(library.srt_bstats(sock, ctypes.byref(values), 0))
    return values


def buffered(sock):
    """Returns the number of bytes that wait to be sent or acknowledged."""
    size = ctypes.c_size_t()
    check(library.srt_getsndbuffer(sock, None, ctypes.byref(size)))
    return size.value


def socket_address(address, port):
    """Returns the `sockaddr` for an IPv4 or IPv6 address."""
    if ":" in address:
        host = socket.inet_pton(socket.AF_INET6, address)
        return family_of(socket.AF_INET6, 28) + struct.pack("!HI16sI", port, 0, host, 0)
    host = socket.inet_pton(socket.AF_INET, address)
    return family_of(socket.AF_INET, 16) + struct.pack("!H4s8x", port, host)


def family_of(family, size):
    return bytes([size, family]) if sys.platform == "darwin" else struct.pack("H", family)


def address_at(pointer):
    """Returns the address in a `sockaddr`. An IPv4-mapped IPv6 address becomes IPv4."""
    head = ctypes.string_at(pointer, 2)
    family = head[1] if sys.platform == "darwin" else struct.unpack("H", head)[0]
    if family == socket.AF_INET:
        return socket.inet_ntop(family, ctypes.string_at(pointer + 4, 4))
    text = socket.inet_ntop(socket.AF_INET6, ctypes.string_at(pointer + 8, 16))
    return text.removeprefix("::ffff:") if "." in text else text
