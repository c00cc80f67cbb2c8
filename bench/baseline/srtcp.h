// SRTCP with AEAD_AES_256_GCM (RFC 7714), as all viewers send it.
#pragma once
#include <openssl/evp.h>
#include <stdint.h>

enum {
  /** The bytes that encryption adds to a packet: the tag and the index. */
  SRTCP_OVERHEAD = 20,
};

typedef struct {
  uint32_t sender, sent;
  EVP_CIPHER_CTX *cipher;
} Srtcp;

/**
 * Sets the master key (32 bytes) and salt (12 bytes) of all senders, in hexadecimal. Returns 0 if
 * they are invalid.
 */
int srtcpSetKey(const char *key, const char *salt);
/** Prepares the encryption of a sender's packets. Returns 0 if that fails. */
int srtcpOpen(Srtcp *srtcp, uint32_t sender);
/** Encrypts a packet of a sender. Returns the size; 0 if that fails. */
int srtcpEncrypt(Srtcp *srtcp, const unsigned char *packet, int size, unsigned char *out);
