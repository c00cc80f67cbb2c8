"""Pictures with transparency on top of the videos. They are blended into each frame."""

import base64

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo

from elements import make


class Overlays:
    """Draws the current pictures."""

    def __init__(self):
        self.element = make("overlaycomposition")
        self.element.connect("draw", lambda *_: self.composition)
        self.composition = None

    def set(self, pictures):
        rectangles = [rectangle(**each) for each in pictures]
        composition = None
        if rectangles:
            composition = GstVideo.VideoOverlayComposition.new(rectangles[0])
            for one in rectangles[1:]:
                composition.add_rectangle(one)
        self.composition = composition


def rectangle(*, x, y, width, height, pixels):
    """Returns BGRA pixels, without premultiplied alpha, placed at a position."""
    buffer = Gst.Buffer.new_wrapped(base64.b64decode(pixels))
    GstVideo.buffer_add_video_meta(
        buffer, GstVideo.VideoFrameFlags.NONE, GstVideo.VideoFormat.BGRA, width, height
    )
    return GstVideo.VideoOverlayRectangle.new_raw(
        buffer, x, y, width, height, GstVideo.VideoOverlayFormatFlags.NONE
    )
