"""The pipeline that mixes one programme."""

import base64

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from elements import caps, chain, make
from inputs import SoundInput, VideoInput
from outputs import Output, make_rtpbin
from overlays import Overlays

# The input latency for which the mixers always wait. If it changed with the inputs, the programme
# would pause whenever an input is added.
UPSTREAM_LATENCY_NS = 200 * Gst.MSECOND
KEY_FRAME_SECONDS = 2
OPUS_BITRATE_BPS = 128_000
# Leaves room for headers within an Ethernet frame.
PACKET_BYTES = 1_200


class Mix:
    def __init__(self, emit, *, width, height, fps, threads, video, audio):
        self.emit = emit
        self.width, self.height, self.fps = width, height, fps
        self.frames = 0
        self.audio_packets = 0
        self.inputs = {}
        self.pipeline = Gst.Pipeline.new("mix")
        self.rtpbin = make_rtpbin()
        self.pipeline.add(self.rtpbin)
        self.overlays = Overlays()
        self.build_video(video, threads)
        self.build_audio(audio)

    def build_video(self, video, threads):
        size = f"width={self.width},height={self.height}"
        raw = f"video/x-raw,format=I420,{size},framerate={self.fps}/1,pixel-aspect-ratio=1/1"
        self.compositor = make("compositor", min_upstream_latency=UPSTREAM_LATENCY_NS)
        Gst.util_set_object_arg(self.compositor, "background", "black")
        encoder = make(
            "x264enc",
            bitrate=video["bitrateBps"] // 1_000,
            key_int_max=KEY_FRAME_SECONDS * self.fps,
            bframes=0,
            threads=threads,
            vbv_buf_capacity=1_000,
        )
        Gst.util_set_object_arg(encoder, "speed-preset", "veryfast")
        Gst.util_set_object_arg(encoder, "tune", "zerolatency")
        payloader = make(
            "rtph264pay",
            pt=video["payloadType"],
            ssrc=video["ssrc"],
            mtu=PACKET_BYTES,
            config_interval=-1,
        )
        Gst.util_set_object_arg(payloader, "aggregate-mode", "zero-latency")
        chain(
            self.pipeline,
            self.compositor,
            # The size and rate are fixed here, so that nothing is negotiated when inputs change.
            caps(raw),
            self.overlays.element,
            encoder,
            caps("video/x-h264,profile=constrained-baseline"),
            make("queue", max_size_buffers=30),
            payloader,
        )
        encoder.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.on_frame)
        self.video_output = Output(self.pipeline, self.rtpbin, 0, payloader, video["port"])
        # Without a source, the mixer would produce no frames.
        black = make("videotestsrc", is_live=True)
        Gst.util_set_object_arg(black, "pattern", "black")
        self.link_source(self.compositor, black, caps(raw))
        self.background = make("appsrc", is_live=True, format=Gst.Format.TIME)
        self.background.set_property("caps", Gst.Caps.from_string("image/png,framerate=0/1"))
        pad = self.link_source(
            self.compositor,
            self.background,
            make("pngdec"),
            make("videoconvert"),
            caps(f"video/x-raw,format=I420,{size},pixel-aspect-ratio=1/1"),
        )
        pad.set_property("zorder", 1)

    def build_audio(self, audio):
        raw = "audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved"
        self.audiomixer = make("audiomixer", min_upstream_latency=UPSTREAM_LATENCY_NS)
        # Jitter up to this many nanoseconds doesn't interrupt a guest's audio.
        self.audiomixer.set_property("alignment-threshold", 60 * Gst.MSECOND)
        encoder = make("opusenc", bitrate=OPUS_BITRATE_BPS)
        encoder.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.on_audio_packet)
        payloader = make(
            "rtpopuspay", pt=audio["payloadType"], ssrc=audio["ssrc"], mtu=PACKET_BYTES
        )
        chain(
            self.pipeline,
            self.audiomixer,
            caps(raw),
            make("rglimiter"),
            make("audioconvert"),
            encoder,
            make("queue", max_size_buffers=100),
            payloader,
        )
        self.audio_output = Output(self.pipeline, self.rtpbin, 1, payloader, audio["port"])
        silence = make("audiotestsrc", is_live=True)
        Gst.util_set_object_arg(silence, "wave", "silence")
        self.link_source(self.audiomixer, silence, caps(raw))

    def link_source(self, mixer, *elements):
        """Links a source within this process. A queue lets it wait for the inputs' latency."""
        *_, queue = chain(self.pipeline, *elements, make("queue"))
        pad = mixer.request_pad_simple("sink_%u")
        queue.get_static_pad("src").link(pad)
        return pad

    def on_frame(self, _, __):
        self.frames += 1
        return Gst.PadProbeReturn.OK

    def on_audio_packet(self, _, __):
        self.audio_packets += 1
        return Gst.PadProbeReturn.OK

    def start(self):
        self.pipeline.set_state(Gst.State.PLAYING)
        self.emit("started", videoPort=self.video_output.port, audioPort=self.audio_output.port)

    def do_add(self, *, id, kind, codec, held, clockRate, payloadType, ssrc):
        self.do_remove(id=id)
        common = {
            "name": f"input-{id}",
            "codec": codec,
            "clock_rate": clockRate,
            "payload_type": payloadType,
            "ssrc": ssrc,
        }
        if kind == "video":
            one = VideoInput(
                self.pipeline,
                self.compositor,
                held=held,
                on_key_frame=lambda: self.emit("key-frame", id=id),
                on_size=lambda width, height: self.emit("size", id=id, width=width, height=height),
                **common,
            )
        else:
            one = SoundInput(self.pipeline, self.audiomixer, **common)
        self.inputs[id] = one
        one.start()
        self.emit("added", id=id, port=one.port, rtcpPort=one.rtcp_port)

    def do_remove(self, *, id):
        one = self.inputs.pop(id, None)
        if one is not None:
            one.close()

    def do_layout(self, *, tiles):
        shown = {tile["id"]: (order, tile) for order, tile in enumerate(tiles)}
        for id, one in self.inputs.items():
            if not isinstance(one, VideoInput):
                continue
            if id in shown:
                order, tile = shown[id]
                one.place(tile, order + 2)
            else:
                one.hide()

    def do_background(self, *, png):
        buffer = Gst.Buffer.new_wrapped(base64.b64decode(png))
        clock = self.pipeline.get_clock()
        now = clock.get_time() - self.pipeline.get_base_time() if clock else 0
        buffer.pts = now
        self.background.emit("push-buffer", buffer)

    def do_overlays(self, *, pictures):
        self.overlays.set(pictures)

    def do_volumes(self, *, volumes):
        for id, volume in volumes.items():
            one = self.inputs.get(id)
            if isinstance(one, SoundInput):
                one.set_volume(volume)

    def drop_failed(self, source, message):
        """If an input failed, removes it, so that the others continue."""
        for id, one in list(self.inputs.items()):
            if source == one.bin or source.has_as_ancestor(one.bin):
                self.do_remove(id=id)
                self.emit("dropped", id=id, message=message)
                return True
        return False
