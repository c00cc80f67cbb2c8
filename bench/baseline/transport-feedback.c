#include "transport-feedback.h"

#include <string.h>

#include "big-endian.h"

/** Returns a received packet's status symbol (section 3.1.1): a small or a large delta. */
static int statusOf(int64_t delta) { return delta >= 0 && delta <= 255 ? 1 : 2; }

/** Writes the packets in runs of equal status. */
int writeFeedback(unsigned char *packet, const Feedback *feedback) {
  unsigned char deltas[REPORTED_MAX * 2];
  const int64_t unit = 250000;
  int size = 20, deltaSize = 0, statusCount = 0, run = 0, runStatus = -1;
  const Arrival *first = &feedback->arrivals[0];
  int64_t reference = first->ns / 64000000, last = reference * 256;
  uint16_t expected = first->number;
  memset(packet, 0, 20);
  packet[0] = 0x8f;
  packet[1] = 205;
  put32(packet + 4, feedback->sender);
  put32(packet + 8, feedback->media);
  put16(packet + 12, first->number);
  put32(packet + 16, (uint32_t)(reference & 0xffffff) << 8 | feedback->number);
  for (int i = 0; i <= feedback->count; i++) {
    const int isEnd = i == feedback->count;
    const int missing = isEnd ? 0 : (uint16_t)(feedback->arrivals[i].number - expected);
    const int64_t delta = isEnd ? 0 : feedback->arrivals[i].ns / unit - last;
    const int statuses[2] = {0, isEnd ? -2 : statusOf(delta)}, counts[2] = {missing, 1};
    for (int s = 0; s < 2; s++) {
      if (counts[s] == 0) continue;
      if (statuses[s] != runStatus && run > 0) {
        put16(packet + size, (uint16_t)(runStatus << 13 | run));
        size += 2;
        run = 0;
      }
      runStatus = statuses[s];
      run += counts[s];
    }
    if (isEnd) break;
    statusCount += missing + 1;
    if (statuses[1] == 1) {
      deltas[deltaSize++] = (unsigned char)delta;
    } else {
      put16(deltas + deltaSize, (uint16_t)(int16_t)delta);
      deltaSize += 2;
    }
    last += delta;
    expected = (uint16_t)(feedback->arrivals[i].number + 1);
  }
  put16(packet + 14, (uint16_t)statusCount);
  // The runs and deltas exceed this size only if the worker is far beyond its limit.
  if (size + deltaSize + 3 > FEEDBACK_BYTES) return 0;
  memcpy(packet + size, deltas, (size_t)deltaSize);
  size += deltaSize;
  while (size % 4 != 0) packet[size++] = 0;
  put16(packet + 2, (uint16_t)(size / 4 - 1));
  return size;
}
