#include "srtcp.h"

#include <stdio.h>
#include <string.h>

#include "big-endian.h"

enum { KEY_BYTES = 32, SALT_BYTES = 12, TAG = 16, INDEX = 4 };
/** The key derivation labels of SRTCP (RFC 3711, section 4.3.2). */
enum { LABEL_KEY = 3, LABEL_SALT = 5 };

static unsigned char sessionKey[KEY_BYTES], sessionSalt[SALT_BYTES];

static int readHex(const char *text, unsigned char *out, int bytes) {
  if (strlen(text) != (size_t)bytes * 2) return 0;
  for (int i = 0; i < bytes; i++) {
    unsigned value;
    if (sscanf(text + 2 * i, "%2x", &value) != 1) return 0;
    out[i] = (unsigned char)value;
  }
  return 1;
}

/**
 * Derives a session key or salt (RFC 3711, sections 4.3.1 and 4.3.3): encrypts zeros with AES-CTR,
 * where the IV is the master salt XORed with the label.
 */
static int derive(const unsigned char *key, const unsigned char *salt, int label,
                   unsigned char *out, int bytes) {
  unsigned char iv[16] = {0}, zeros[KEY_BYTES] = {0};
  int length;
  memcpy(iv, salt, SALT_BYTES);
  iv[7] ^= (unsigned char)label;
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
  const int done = EVP_EncryptInit_ex(cipher, EVP_aes_256_ctr(), NULL, key, iv) &&
                   EVP_EncryptUpdate(cipher, out, &length, zeros, bytes);
  EVP_CIPHER_CTX_free(cipher);
  return done;
}

int srtcpSetKey(const char *keyHex, const char *saltHex) {
  unsigned char key[KEY_BYTES], salt[SALT_BYTES];
  return readHex(keyHex, key, KEY_BYTES) && readHex(saltHex, salt, SALT_BYTES) &&
         derive(key, salt, LABEL_KEY, sessionKey, KEY_BYTES) &&
         derive(key, salt, LABEL_SALT, sessionSalt, SALT_BYTES);
}

int srtcpOpen(Srtcp *srtcp, uint32_t sender) {
  *srtcp = (Srtcp){.sender = sender, .cipher = EVP_CIPHER_CTX_new()};
  return EVP_EncryptInit_ex(srtcp->cipher, EVP_aes_256_gcm(), NULL, sessionKey, NULL);
}

/** Encrypts an SRTCP packet with AES-GCM (RFC 7714, section 9); returns the size, or 0 on error. */
int srtcpEncrypt(Srtcp *srtcp, const unsigned char *packet, int size, unsigned char *out) {
  unsigned char iv[12] = {0}, trailer[INDEX];
  int length;
  srtcp->sent++;
  put32(trailer, srtcp->sent | 0x80000000u);
  put32(iv + 2, srtcp->sender);
  put32(iv + 8, srtcp->sent);
  for (int i = 0; i < SALT_BYTES; i++) iv[i] ^= sessionSalt[i];
  memcpy(out, packet, 8);
  if (!EVP_EncryptInit_ex(srtcp->cipher, NULL, NULL, NULL, iv) ||
      !EVP_EncryptUpdate(srtcp->cipher, NULL, &length, out, 8) ||
      !EVP_EncryptUpdate(srtcp->cipher, NULL, &length, trailer, INDEX) ||
      !EVP_EncryptUpdate(srtcp->cipher, out + 8, &length, packet + 8, size - 8) ||
      !EVP_EncryptFinal_ex(srtcp->cipher, out + size, &length) ||
      !EVP_CIPHER_CTX_ctrl(srtcp->cipher, EVP_CTRL_AEAD_GET_TAG, TAG, out + size))
    return 0;
  memcpy(out + size + TAG, trailer, INDEX);
  return size + SRTCP_OVERHEAD;
}
