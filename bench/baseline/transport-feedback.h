// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
#pragma once
#include <stdint.h>

enum {
  /** About one second of packets. A viewer sends a report every hundred milliseconds. */
  REPORTED_MAX = 512,
  FEEDBACK_BYTES = 1400,
};

typedef struct {
  uint16_t number;
  int64_t ns;
} Arrival;

typedef struct {
  uint32_t sender, media;
  uint8_t number;
  const Arrival *arrivals;
  int count;
} Feedback;

/** Writes up to FEEDBACK_BYTES. Returns the size; 0 if the arrivals don't fit. */
int writeFeedback(unsigned char *packet, const Feedback *feedback);
