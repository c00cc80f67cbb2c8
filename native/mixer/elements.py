"""Creates elements and sockets."""

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gio, GLib, Gst

LOOPBACK = "127.0.0.1"
# Holds the packets of several key frames that arrive at once until a busy machine reads them.
RECEIVE_BUFFER_BYTES = 1_000_000


def make(factory, **properties):
    element = Gst.ElementFactory.make(factory, None)
    for name, value in properties.items():
        element.set_property(name.replace("_", "-"), value)
    return element


def caps(text):
    return make("capsfilter", caps=Gst.Caps.from_string(text))


def chain(parent, *elements):
    """Adds elements to a bin and links each to the next one."""
    for element in elements:
        parent.add(element)
    for one, other in zip(elements, elements[1:]):
        if not one.link(other):
            raise RuntimeError(f"{one.name} can't be linked to {other.name}")
    return elements


def open_socket():
    """Returns a socket on a free port of the loopback interface, and its port."""
    socket = Gio.Socket.new(
        Gio.SocketFamily.IPV4, Gio.SocketType.DATAGRAM, Gio.SocketProtocol.UDP
    )
    address = Gio.InetSocketAddress.new_from_string(LOOPBACK, 0)
    socket.bind(address, False)
    return socket, socket.get_local_address().get_port()


def receiver(socket, caps_text):
    return make(
        "udpsrc",
        socket=socket,
        close_socket=False,
        buffer_size=RECEIVE_BUFFER_BYTES,
        caps=Gst.Caps.from_string(caps_text),
    )


def sender(socket, port):
    """Returns a sink that sends each packet when it is due, so that packets leave evenly."""
    return make(
        "udpsink",
        socket=socket,
        close_socket=False,
        host=LOOPBACK,
        port=port,
        sync=True,
        # This pipeline is live: it starts without waiting for the first packet.
        **{"async": False},
    )


def later(function, *arguments):
    """Calls a function on the main thread."""
    GLib.idle_add(lambda: (function(*arguments), False)[1])
