import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PEM files with a self-signed certificate for localhost and its key. */
export type TestCertificate = Readonly<{ certFile: string; keyFile: string }>;

/** Creates a certificate in a folder, replacing any earlier one. */
export async function createCertificate(folder: string): Promise<TestCertificate> {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const output = ['-days', '2', '-keyout', files.keyFile, '-out', files.certFile];
  await promisify(execFile)('openssl', ['req', '-x509', ...key, ...subject, ...output]);
  return files;
}
