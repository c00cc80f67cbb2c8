"""Sends the programme's tracks."""

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from elements import make, open_socket, receiver, sender

CNAME = "onair-mix"


class Output:
    """One track of the programme. Sends packets and sender reports; receives key frame requests."""

    def __init__(self, pipeline, rtpbin, session, payloader, port):
        self.socket, self.port = open_socket()
        feedback = receiver(self.socket, "application/x-rtcp")
        packets, reports = sender(self.socket, port), sender(self.socket, port)
        # Reports are sent at once.
        reports.set_property("sync", False)
        for element in (feedback, packets, reports):
            pipeline.add(element)
        payloader.link_pads("src", rtpbin, f"send_rtp_sink_{session}")
        rtpbin.link_pads(f"send_rtp_src_{session}", packets, "sink")
        rtpbin.link_pads(f"send_rtcp_src_{session}", reports, "sink")
        feedback.link_pads("src", rtpbin, f"recv_rtcp_sink_{session}")


def make_rtpbin():
    rtpbin = make("rtpbin")
    Gst.util_set_object_arg(rtpbin, "rtp-profile", "avpf")
    structure = Gst.Structure.new_from_string(f'application/x-rtp-source-sdes, cname=(string)"{CNAME}"')
    rtpbin.set_property("sdes", structure)
    return rtpbin
