"""Mixes the participants of one stage into one programme.

Reads commands from standard input and writes events to standard output, as JSON, one object per line.
`src/mixer/mixer-messages.ts` describes both. The process ends when its standard input is closed.

With `--check`, it only checks whether everything that it uses is installed.
"""

import json
import os
import signal
import sys
import traceback

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstVideo", "1.0")
    from gi.repository import GLib, Gst
except (ImportError, ValueError) as error:
    sys.exit(f"Python lacks GStreamer: {error}")

Gst.init(None)
# Some elements explain an error only in GStreamer's own log.
if "GST_DEBUG" not in os.environ:
    Gst.debug_set_default_threshold(Gst.DebugLevel.ERROR)

ELEMENTS = {
    "base": ["appsrc", "audioconvert", "audiomixer", "audioresample", "audiotestsrc", "compositor"],
    "overlays": ["overlaycomposition", "pngdec", "videoconvert", "videoscale", "videotestsrc"],
    "rtp": ["rtpbin", "rtpjitterbuffer", "udpsink", "udpsrc"],
    "limiting": ["rglimiter"],
    "H.264": ["avdec_h264", "h264parse", "rtph264depay", "rtph264pay", "x264enc"],
    "Opus": ["opusdec", "opusenc", "rtpopusdepay", "rtpopuspay"],
    "VP8": ["rtpvp8depay", "vp8dec"],
    "VP9": ["rtpvp9depay", "vp9dec"],
}


def missing_elements():
    names = [name for group in ELEMENTS.values() for name in group]
    return [name for name in names if Gst.ElementFactory.find(name) is None]


def emit(event, **values):
    sys.stdout.write(json.dumps({"event": event, **values}) + "\n")
    sys.stdout.flush()


class Control:
    """Carries out commands, and reports errors, progress and the end."""

    def __init__(self, loop):
        self.loop = loop
        self.mix = None
        self.failed = False

    def read(self, channel, condition):
        if condition & GLib.IOCondition.IN:
            status, line, _, _ = channel.read_line()
            if status == GLib.IOStatus.NORMAL:
                self.run(line)
                return not self.failed
        self.loop.quit()
        return False

    def run(self, line):
        try:
            message = json.loads(line)
            command = message.pop("command")
            if command == "start":
                self.start(message)
            else:
                getattr(self.mix, f"do_{command}")(**message)
        except Exception:
            self.fail(traceback.format_exc(limit=-3))

    def start(self, message):
        from mix import Mix

        self.mix = Mix(emit, **message)
        bus = self.mix.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect("message::error", self.on_error)
        GLib.timeout_add(500, self.report)
        self.mix.start()

    def report(self):
        emit("progress", frames=self.mix.frames, audioPackets=self.mix.audio_packets)
        return True

    def on_error(self, _, message):
        error, details = message.parse_error()
        if not self.mix.drop_failed(message.src, error.message):
            self.fail(f"{error.message} ({details})")

    def fail(self, message):
        self.failed = True
        emit("failed", message=message[-2000:])
        self.loop.quit()


def main():
    missing = missing_elements()
    if missing:
        sys.exit(f"GStreamer lacks {', '.join(missing)}")
    if "--check" in sys.argv:
        print(Gst.version_string())
        return 0
    loop = GLib.MainLoop()
    control = Control(loop)
    channel = GLib.IOChannel.unix_new(sys.stdin.fileno())
    channel.set_encoding(None)
    GLib.io_add_watch(
        channel, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, control.read
    )
    # The service ends this process; Ctrl-C in the service's terminal must not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop.run()
    if control.mix is not None:
        control.mix.pipeline.set_state(Gst.State.NULL)
    return 1 if control.failed else 0


if __name__ == "__main__":
    sys.exit(main())
