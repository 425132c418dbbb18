/** A place in a bucket of an S3 service. */
export interface S3Place {
  readonly bucket: string;
  /** Empty, or ending with `/`. */
  readonly prefix: string;
  /** Where the service answers; undefined: Amazon's own. */
  readonly endpoint: string | undefined;
  /** Undefined: as the SDK finds it (AWS_REGION and so on). */
  readonly region: string | undefined;
  /** Whether the bucket is named in the path instead of the host name. */
  readonly pathStyle: boolean;
}

export const FILES_URL_FORM =
  's3://bucket[/prefix][?endpoint=http(s)://host[:port]&region=name&path-style=true|false]';

/**
 * A name is kept under a key of at most 1024 bytes, and has up to 1024 itself: a long prefix would
 * leave little of it.
 */
export const MAX_PREFIX_BYTES = 128;

/**
 * What one part of a large content takes, and what a request carries at most, in bytes. Services
 * take parts of 5 MiB and more, and three of them are in memory for each upload.
 */
export const PART_BYTES = 5 * 1024 * 1024;

/** The largest content that fits into the 10 000 parts which services take, in bytes. */
export const MAX_S3_CONTENT_BYTES = 10_000 * PART_BYTES;

/** The rules that all services agree on. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const URL_PARTS = /^s3:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/** The configured place of the files cannot be used; start-up ends. */
export class InvalidFilesUrl extends Error {
  override readonly name = 'InvalidFilesUrl';
  readonly code = 'CONFIG';

  /** @param faults each completes the sentence "the URL …" */
  constructor(readonly faults: readonly string[]) {
    super(`FILES_URL ${faults.join('; ')}`);
  }
}

/** @throws {InvalidFilesUrl} naming everything that is wrong with it */
export function parseFilesUrl(url: string): S3Place {
  const parts = URL_PARTS.exec(url);
  if (parts === null) throw new InvalidFilesUrl([`is not of the form ${FILES_URL_FORM}`]);
  const [, bucket = '', path = '', query = ''] = parts;
  const faults: string[] = [];
  if (/@/.test(bucket)) {
    faults.push('holds credentials: give them to the SDK instead (AWS_ACCESS_KEY_ID and so on)');
  } else if (!BUCKET.test(bucket)) faults.push(`has no valid bucket: ${JSON.stringify(bucket)}`);
  const prefix = readPrefix(path, faults);
  const { endpoint, region, pathStyle } = readParameters(query, faults);
  if (faults.length > 0) throw new InvalidFilesUrl(faults);
  return { bucket, prefix, endpoint, region, pathStyle: pathStyle ?? endpoint !== undefined };
}

function readPrefix(path: string, faults: string[]): string {
  const prefix = path.replace(/\/+$/, '');
  if (prefix === '') return '';
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(prefix) || /(^|\/)\.\.?(\/|$)/.test(prefix)) {
    faults.push('has a prefix with other signs than letters, digits, "_", ".", "-" and "/"');
  } else if (prefix.length > MAX_PREFIX_BYTES) {
    faults.push(`has a prefix of over ${MAX_PREFIX_BYTES} bytes`);
  }
  return `${prefix}/`;
}

interface Parameters {
  endpoint: string | undefined;
  region: string | undefined;
  pathStyle: boolean | undefined;
}

function readParameters(query: string, faults: string[]): Parameters {
  const found: Parameters = { endpoint: undefined, region: undefined, pathStyle: undefined };
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (seen.has(name)) faults.push(`has ${name} more than once`);
    seen.add(name);
    if (name === 'endpoint') found.endpoint = readEndpoint(value, faults);
    else if (name === 'region') found.region = readRegion(value, faults);
    else if (name === 'path-style') found.pathStyle = readYesOrNo(value, faults);
    else faults.push(`has an unknown parameter ${JSON.stringify(name)}`);
  }
  return found;
}

function readEndpoint(value: string, faults: string[]): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isBare = url?.pathname === '/' && url.search === '' && url.hash === '' && !url.username;
  if (!isBare || !/^https?:$/.test(url?.protocol ?? '')) {
    faults.push('has an endpoint that is not http(s)://host[:port]');
    return undefined;
  }
  return url?.origin;
}

function readRegion(value: string, faults: string[]): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(value)) {
    faults.push('has a region of other signs than letters, digits and "-"');
  }
  return value;
}

function readYesOrNo(value: string, faults: string[]): boolean {
  if (value !== 'true' && value !== 'false')
    faults.push('has a path-style that is not true or false');
  return value === 'true';
}
