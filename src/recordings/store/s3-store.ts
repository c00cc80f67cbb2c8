import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { RecordingStore, StoredRange } from './recording-store.js';
import { storeKey } from './store-key.js';

/** A bucket's location and credentials. */
export type S3Options = Readonly<{
  bucket: string;
  /** The endpoint; null for Amazon's endpoint for the region. */
  endpoint: string | null;
  region: string;
  /** The credentials; null for the SDK's default ones, such as those of the machine's role. */
  credentials: Readonly<{ accessKeyId: string; secretAccessKey: string }> | null;
  /** The prefix of all keys: empty, or ending in a slash. */
  prefix: string;
  /** Whether the bucket's name is in the path instead of the host name. */
  forcePathStyle: boolean;
}>;

const CONNECT_MS = 3_000;
/** A server that doesn't respond within this time is considered unreachable. */
const ANSWER_MS = 8_000;
/**
 * The time limit of an upload, after which the upload is retried. It is enough for a segment of 7
 * MB at 1 Mb/s.
 */
const UPLOAD_MS = 60_000;
/**
 * The maximum number of concurrent deletions. Some servers can't delete several keys in one
 * request.
 */
const DELETING_MAX = 16;

/**
 * A logger that discards everything. The SDK throws errors to the caller, but would also print some
 * of them to the console.
 */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

type Sdk = typeof import('@aws-sdk/client-s3');
type Opened = Readonly<{ sdk: Sdk; client: S3Client }>;

/** Stores recordings in a bucket of Amazon S3 or a compatible server. */
export class S3Store implements RecordingStore {
  readonly #options: S3Options;
  #opened: Promise<Opened> | null = null;

  constructor(options: S3Options) {
    this.#options = options;
  }

  async put(key: string, localPath: string, firstBytes?: number): Promise<void> {
    const { size: whole } = await stat(localPath);
    const size = Math.min(whole, firstBytes ?? whole);
    const { sdk, client } = await this.#open();
    // Without a limit, a file that is still growing would be read beyond this size.
    const file = createReadStream(localPath, size === 0 ? {} : { end: size - 1 });
    try {
      const command = new sdk.PutObjectCommand({
        ...this.#object(key),
        Body: file,
        ContentLength: size,
        ContentType: typeOf(key),
      });
      await client.send(command, { abortSignal: AbortSignal.timeout(UPLOAD_MS) });
    } finally {
      file.destroy();
    }
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    const { sdk, client } = await this.#open();
    const { Bucket, Key } = this.#object(fromKey);
    const source = `${Bucket}/${Key}`.split('/').map(encodeURIComponent).join('/');
    const command = new sdk.CopyObjectCommand({ ...this.#object(toKey), CopySource: source });
    await client.send(command, { abortSignal: AbortSignal.timeout(ANSWER_MS) });
  }

  async get(key: string, range?: StoredRange): Promise<Readable | null> {
    const { sdk, client } = await this.#open();
    const Range = range && `bytes=${range.first}-${range.last}`;
    const command = new sdk.GetObjectCommand({ ...this.#object(key), ...(Range && { Range }) });
    // The time limit applies only until the response starts, because the reader determines how fast
    // the body is transferred.
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(new Error('no response')), ANSWER_MS);
    try {
      const { Body } = await client.send(command, { abortSignal: patience.signal });
      return Body instanceof Readable ? Body : null;
    } catch (error) {
      return nullIfAbsent(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async head(key: string): Promise<number | null> {
    const { sdk, client } = await this.#open();
    try {
      const command = new sdk.HeadObjectCommand(this.#object(key));
      const abortSignal = AbortSignal.timeout(ANSWER_MS);
      const { ContentLength } = await client.send(command, { abortSignal });
      return ContentLength ?? null;
    } catch (error) {
      return nullIfAbsent(error);
    }
  }

  async list(prefix: string): Promise<string[]> {
    const { sdk, client } = await this.#open();
    const { bucket: Bucket, prefix: own } = this.#options;
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = { Bucket, Prefix: own + prefix, ...(token && { ContinuationToken: token }) };
      const { Contents, NextContinuationToken } = await client.send(
        new sdk.ListObjectsV2Command(page),
        { abortSignal: AbortSignal.timeout(ANSWER_MS) },
      );
      for (const { Key } of Contents ?? []) if (Key !== undefined) keys.push(Key.slice(own.length));
      token = NextContinuationToken;
    } while (token !== undefined);
    return keys.toSorted();
  }

  async deleteAll(prefix: string): Promise<void> {
    const keys = await this.list(prefix);
    const { sdk, client } = await this.#open();
    while (keys.length > 0)
      await Promise.all(
        keys.splice(0, DELETING_MAX).map((key) =>
          client.send(new sdk.DeleteObjectCommand(this.#object(key)), {
            abortSignal: AbortSignal.timeout(ANSWER_MS),
          }),
        ),
      );
  }

  /** Closes the store's connections. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    opened?.client.destroy();
  }

  #object(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#options;
    return { Bucket: bucket, Key: prefix + storeKey(key) };
  }

  #open(): Promise<Opened> {
    return (this.#opened ??= this.#connect());
  }

  /** Loads the SDK on first use. */
  async #connect(): Promise<Opened> {
    const sdk = await import('@aws-sdk/client-s3');
    const { endpoint, region, credentials, forcePathStyle } = this.#options;
    const client = new sdk.S3Client({
      region,
      forcePathStyle,
      ...(endpoint !== null && { endpoint }),
      // A copy, because the SDK modifies it.
      ...(credentials && { credentials: { ...credentials } }),
      // Requests to busy servers are retried. This doesn't delay the detection of an unreachable
      // server, because all attempts share one time limit.
      maxAttempts: 3,
      requestHandler: { connectionTimeout: CONNECT_MS },
      logger: SILENT,
      // Not all servers support the newer checksums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    return { sdk, client };
  }
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound'))
    return null;
  throw error;
}

function typeOf(key: string): string {
  if (key.endsWith('.jpg')) return 'image/jpeg';
  if (key.endsWith('.jsonl')) return 'application/jsonl';
  return key.includes('/video-') ? 'video/mp4' : 'audio/mp4';
}
