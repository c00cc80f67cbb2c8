"""The streams to mix. Each has its own bin, from the socket to decoded media."""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo

from elements import caps, chain, later, make, open_socket, receiver

# How long packets are held, so that late and retransmitted ones arrive in order.
JITTER_MS = 100
# A camera that delivers no frame for this long is hidden.
CAMERA_HELD_NS = 3 * Gst.SECOND

# Every video is scaled to this size before it reaches the mixer. If an input changed its size, the
# mixer could apply the new size to the last frame of the old one, which would end the mixer.
FRAME = (1280, 720)

DECODERS = {
    "H264": lambda: [
        make("rtph264depay", request_keyframe=True, wait_for_keyframe=True),
        make("h264parse"),
        # More threads would delay frames.
        make("avdec_h264", max_threads=1, automatic_request_sync_points=True),
    ],
    "VP8": lambda: [
        make("rtpvp8depay", request_keyframe=True, wait_for_keyframe=True),
        make("vp8dec", automatic_request_sync_points=True),
    ],
    "VP9": lambda: [
        make("rtpvp9depay", request_keyframe=True, wait_for_keyframe=True),
        make("vp9dec", automatic_request_sync_points=True),
    ],
    "OPUS": lambda: [make("rtpopusdepay"), make("opusdec", plc=True)],
}


def drop_untimed(_, info):
    """Drops media without a timestamp, with which one input would end the mixer."""
    untimed = info.get_buffer().pts == Gst.CLOCK_TIME_NONE
    return Gst.PadProbeReturn.DROP if untimed else Gst.PadProbeReturn.OK


class Input:
    """One received stream, linked to a pad of a mixer."""

    def __init__(self, pipeline, mixer, *, name, codec, media, clock_rate, payload_type, ssrc):
        self.pipeline = pipeline
        self.mixer = mixer
        self.socket, self.port = open_socket()
        # Sender reports are ignored, because arrival times keep a person's audio and video in sync.
        self.rtcp_socket, self.rtcp_port = open_socket()
        self.bin = Gst.Bin.new(name)
        source = receiver(
            self.socket,
            f"application/x-rtp,media={media},encoding-name={codec},clock-rate={clock_rate},"
            f"payload={payload_type},ssrc=(uint){ssrc}",
        )
        buffer = make("rtpjitterbuffer", latency=JITTER_MS, do_lost=True)
        self.elements = chain(
            self.bin, source, buffer, *DECODERS[codec](), *self.converters()
        )
        pad = self.elements[-1].get_static_pad("src")
        pad.add_probe(Gst.PadProbeType.BUFFER, drop_untimed)
        self.bin.add_pad(Gst.GhostPad.new("src", pad))
        self.source = source
        pipeline.add(self.bin)
        self.pad = mixer.request_pad_simple("sink_%u")

    def converters(self):
        raise NotImplementedError

    def start(self):
        self.bin.get_static_pad("src").link(self.pad)
        self.bin.sync_state_with_parent()

    def close(self):
        # Release the pad first: this stream's thread may be waiting for the mixer, and this ends
        # the wait.
        self.bin.get_static_pad("src").unlink(self.pad)
        self.mixer.release_request_pad(self.pad)
        self.bin.set_state(Gst.State.NULL)
        self.pipeline.remove(self.bin)
        self.socket.close()
        self.rtcp_socket.close()


class VideoInput(Input):
    def __init__(self, pipeline, mixer, *, held, on_key_frame, on_size, **options):
        super().__init__(pipeline, mixer, media="video", **options)
        self.pad.set_property("alpha", 0)
        if not held:
            self.pad.set_property("max-last-buffer-repeat", CAMERA_HELD_NS)
        self.on_key_frame = on_key_frame
        self.on_size = on_size
        self.size = None
        self.tile = None
        source = self.source.get_static_pad("src")
        source.add_probe(Gst.PadProbeType.EVENT_UPSTREAM, self.on_upstream)
        decoded = self.scale.get_static_pad("sink")
        decoded.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_downstream)

    def converters(self):
        width, height = FRAME
        self.scale = make("videoscale", add_borders=False)
        size = f"width={width},height={height},pixel-aspect-ratio=1/1"
        return [make("videoconvert"), self.scale, caps(f"video/x-raw,format=I420,{size}")]

    def on_upstream(self, _, info):
        if GstVideo.video_event_is_force_key_unit(info.get_event()):
            later(self.on_key_frame)
            return Gst.PadProbeReturn.DROP
        return Gst.PadProbeReturn.OK

    def on_downstream(self, _, info):
        event = info.get_event()
        if event.type == Gst.EventType.CAPS:
            structure = event.parse_caps().get_structure(0)
            size = (structure.get_value("width"), structure.get_value("height"))
            if size != self.size:
                self.size = size
                later(self.resized, size)
        return Gst.PadProbeReturn.OK

    def resized(self, size):
        self.crop()
        self.on_size(*size)

    def place(self, tile, order):
        """Shows the video in a rectangle, either cropped to fill it or fitted inside it."""
        self.tile = tile
        self.crop()
        self.pad.set_property("zorder", order)
        self.pad.set_property("alpha", 1)

    def hide(self):
        self.tile = None
        self.pad.set_property("alpha", 0)

    def crop(self):
        """Sets which part of the frame fills which rectangle."""
        if self.tile is None or self.size is None:
            return
        part, rect = fitted(self.size, self.tile)
        structure = Gst.Structure.new_empty("GstVideoConverter")
        for name, value in part.items():
            structure.set_value(f"GstVideoConverter.src-{name}", value)
        self.pad.set_property("converter-config", structure)
        for name, value in rect.items():
            self.pad.set_property(name, value)


def fitted(size, tile):
    """Returns the part of the frame that is shown, and the rectangle that it fills."""
    part = {"x": 0, "y": 0, "width": FRAME[0], "height": FRAME[1]}
    rect = {"xpos": tile["x"], "ypos": tile["y"], "width": tile["width"], "height": tile["height"]}
    scales = (tile["width"] / size[0], tile["height"] / size[1])
    if tile["fit"] == "cover":
        for at, (offset, length) in enumerate((("x", "width"), ("y", "height"))):
            shown = FRAME[at] * scales[at] / max(scales)
            part[length] = max(2, even(shown))
            part[offset] = even((FRAME[at] - part[length]) / 2)
    else:
        for at, (offset, length) in enumerate((("xpos", "width"), ("ypos", "height"))):
            shown = max(1, round(size[at] * min(scales)))
            rect[offset] += (rect[length] - shown) // 2
            rect[length] = shown
    return part, rect


def even(length):
    """Rounds down to an even number, so that no edge lies within a chroma pixel."""
    return int(length / 2) * 2


class SoundInput(Input):
    def __init__(self, pipeline, mixer, **options):
        super().__init__(pipeline, mixer, media="audio", **options)

    def converters(self):
        return [
            make("audioconvert"),
            make("audioresample"),
            caps("audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved"),
        ]

    def set_volume(self, volume):
        self.pad.set_property("volume", volume)
