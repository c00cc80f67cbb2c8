import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { configWarnings } from './config-warnings.js';
import { Environment } from './environment.js';
import { readConfig } from './read-config.js';

const mistakesOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
};

describe('readConfig', () => {
  it('requires no setting', () => {
    const config = readConfig({});
    expect(config.http).toMatchObject({ port: 8080, publicUrl: 'http://localhost:8080' });
    expect(config.rtc.port).toBe(44_400);
    expect(config.data.databaseUrl).toBeNull();
  });

  it('reports all errors at once', () => {
    expect(mistakesOf({ PORT: 'x', LOG_LEVEL: 'loud', PUBLIC_URL: 'ftp://a' })).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^PUBLIC_URL: /),
      expect.stringMatching(/^LOG_LEVEL: /),
    ]);
  });

  it.each([
    ['https://example.org', 'https://example.org', ''],
    ['https://example.org/', 'https://example.org', ''],
    ['https://example.org/live/', 'https://example.org/live', '/live'],
    ['http://example.org:8080/a/b-c_d.e~f', 'http://example.org:8080/a/b-c_d.e~f', '/a/b-c_d.e~f'],
  ])('accepts the public address %s', (PUBLIC_URL, publicUrl, basePath) => {
    expect(readConfig({ PUBLIC_URL }).http).toMatchObject({ publicUrl, basePath });
  });

  it.each([
    ['a query', 'https://example.org/live?a=b'],
    ['an empty query', 'https://example.org/?'],
    ['a fragment', 'https://example.org/#live'],
    ['a user name', 'https://me@example.org/'],
    ['a space in the path', 'https://example.org/my live'],
    ['two slashes', 'https://example.org/a//b'],
    ['quotes', "https://example.org/'live"],
  ])('rejects a public address with %s', (_what, PUBLIC_URL) => {
    expect(mistakesOf({ PUBLIC_URL })).toEqual([expect.stringMatching(/^PUBLIC_URL: /)]);
  });

  it('accepts only addresses and networks for webhooks', () => {
    const given = { WEBHOOK_ALLOWED_NETWORKS: '192.168.1.0/24, fd00::/8,10.0.0.1' };
    const allowedNetworks = ['192.168.1.0/24', 'fd00::/8', '10.0.0.1'];
    expect(readConfig(given).webhooks).toMatchObject({ allowedNetworks, refusedNetworks: [] });
    expect(mistakesOf({ WEBHOOK_REFUSED_NETWORKS: 'lan' })).toEqual([
      expect.stringContaining('192.168.1.0/24'),
    ]);
  });

  it('never includes a secret in an error', () => {
    const said = [
      ...mistakesOf({ DATABASE_URL: 'mysql://me:hunter2@db', RTC_TURN_SECRET: 'hush' }),
    ].join();
    expect(said).toContain('DATABASE_URL');
    expect(said).toContain('RTC_TURN_SECRET');
    expect(said).not.toMatch(/hunter2|hush/);
  });

  it('requires the secret of a TURN server', () => {
    expect(mistakesOf({ RTC_TURN_URLS: 'turn:a:3478' })).toEqual([
      expect.stringContaining('RTC_TURN_SECRET'),
    ]);
  });

  it('accepts complete bucket settings, and reports missing ones', () => {
    const keys = { S3_ACCESS_KEY_ID: 'someone', S3_SECRET_ACCESS_KEY: 'a-secret-of-theirs' };
    const given = { S3_BUCKET: 'films', S3_ENDPOINT: 'https://s3.example.org/', ...keys };
    expect(readConfig({ ...given, S3_PREFIX: 'onair/recordings' }).recordings.s3).toMatchObject({
      bucket: 'films',
      endpoint: 'https://s3.example.org',
      credentials: { accessKeyId: 'someone' },
      prefix: 'onair/recordings/',
      forcePathStyle: true,
      spoolMaxBytes: 10_000_000_000,
    });
    const amazons = readConfig({ S3_BUCKET: 'films' }).recordings.s3;
    expect(amazons).toMatchObject({ credentials: null, prefix: '', forcePathStyle: false });
    expect(readConfig({}).recordings.s3).toBeNull();
    expect(() => readConfig({ ...given, S3_SECRET_ACCESS_KEY: '' })).toThrow('S3_ACCESS_KEY_ID');
    expect(() => readConfig(keys)).toThrow('S3_BUCKET');
    expect(() => readConfig({ ...given, S3_PREFIX: '../up' })).toThrow('S3_PREFIX');
  });

  it('is deeply frozen', () => {
    expect(() => Object.assign(readConfig({}).rtc, { port: 1 })).toThrow(TypeError);
  });

  it('finds every variable in .env.example, with its default', () => {
    const example = parseEnv(readFileSync('.env.example', 'utf8'));
    expect(Object.keys(example).toSorted()).toEqual(Object.keys(Environment.shape).toSorted());
    expect(readConfig(example as Record<string, string>)).toEqual(readConfig({}));
  });
});

describe('configWarnings', () => {
  it.each([
    [{ TRUST_PROXY: '1' }, 1],
    [{ TRUST_PROXY: '10.0.0.0/8', PUBLIC_URL: 'http://live.example.org' }, 1],
    [{ TRUST_PROXY: '1', PUBLIC_URL: 'https://live.example.org' }, 0],
    [{ PUBLIC_URL: 'http://live.example.org' }, 0],
    [{}, 0],
  ])('for %j are %i', (env: Record<string, string>, count) => {
    const warnings = configWarnings(readConfig(env));
    expect(warnings).toHaveLength(count);
    expect(warnings.every((warning) => warning.includes('PUBLIC_URL'))).toBe(true);
  });

  it('say that nodes without a bucket don’t record', () => {
    const node = {
      NODE_URL: 'http://10.0.0.2:8090',
      DATABASE_URL: 'postgresql://onair@10.0.0.1/onair',
      SECRET_KEY: 'a secret of thirty-two characters or more',
      RTC_ANNOUNCED_ADDRESS: '203.0.113.2',
    };
    expect(configWarnings(readConfig(node))).toEqual([expect.stringContaining('S3_BUCKET')]);
    expect(configWarnings(readConfig({ ...node, S3_BUCKET: 'films' }))).toEqual([]);
  });
});
