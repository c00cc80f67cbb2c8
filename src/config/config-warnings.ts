import type { Config } from './config.js';

/** Returns warnings about settings that are valid but probably unintended. */
export function configWarnings({ http, node, recordings }: Config): string[] {
  const warnings: string[] = [];
  const { publicUrl, trustProxy } = http;
  const isBehindProxy = !('hops' in trustProxy) || trustProxy.hops > 0;
  if (isBehindProxy && !publicUrl.startsWith('https:'))
    warnings.push(
      `TRUST_PROXY is set, but PUBLIC_URL is ${publicUrl}: cookies are sent without “Secure”. If the proxy terminates TLS, set PUBLIC_URL to its https:// address.`,
    );
  if (node.url !== null && recordings.s3 === null)
    warnings.push(
      'NODE_URL is set, but S3_BUCKET isn’t: broadcasts aren’t recorded, because every node must be able to play every recording.',
    );
  return warnings;
}
