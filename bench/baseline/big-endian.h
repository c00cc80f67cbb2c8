// Numbers in network order.
#pragma once
#include <stdint.h>

static inline void put16(unsigned char *at, uint16_t value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

static inline void put32(unsigned char *at, uint32_t value) {
  put16(at, (uint16_t)(value >> 16));
  put16(at + 2, (uint16_t)value);
}

static inline uint16_t get16(const unsigned char *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static inline uint32_t get32(const unsigned char *at) {
  return (uint32_t)get16(at) << 16 | get16(at + 2);
}
