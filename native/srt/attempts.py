"""A limit of attempts per address."""

import ipaddress
import time

# Beyond this number, the buckets that were used least recently are dropped.
BUCKETS_MAX = 20_000
# All networks of an IPv6 site (/48) together may use this multiple of the limit of one address.
SITE_SHARE = 16


class Attempts:
    """Token buckets: `burst` attempts at once, then `per_second`.

    One IPv6 customer can use all addresses of a network (/64), which therefore counts as one.
    """

    def __init__(self, burst, per_second, clock=time.monotonic):
        self.burst = burst
        self.per_second = per_second
        self.clock = clock
        # The tokens that were left, and when, by network, in the order of use.
        self.buckets = {}

    def take(self, address):
        """Takes a token. Returns whether one was left."""
        return all(self.take_from(network, share) for network, share in networks_of(address))

    def take_from(self, network, share):
        now = self.clock()
        burst = self.burst * share
        left, at = self.buckets.pop(network, (burst, now))
        left = min(burst, left + (now - at) * self.per_second * share)
        is_left = left >= 1
        self.buckets[network] = (left - 1 if is_left else left, now)
        if len(self.buckets) > BUCKETS_MAX:
            del self.buckets[next(iter(self.buckets))]
        return is_left


def networks_of(address):
    """Returns the networks whose limits apply to an address, each with its multiple."""
    if ":" not in address:
        return [(address, 1)]
    number = int(ipaddress.IPv6Address(address))
    return [((64, number >> 64), 1), ((48, number >> 80), SITE_SHARE)]
