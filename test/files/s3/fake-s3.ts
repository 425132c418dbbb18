import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';

/** What the fake knows of a request before it is carried out. */
export interface FakeRequest {
  readonly method: string;
  /** Empty for requests about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly isConditional: boolean;
}

/**
 * What goes wrong with a request:
 * - `lost`: it never arrives;
 * - `unanswered`: it is carried out, and the answer is lost;
 * - `silent`: nothing is done, and its connection stays open;
 * - a status: answered so instead of being carried out;
 * - `{ after }`: it is carried out when that resolves, long after its connection ended;
 * - `{ lostAfter }`: it is carried out, and its connection ends without an answer when that resolves;
 * - `{ cutAt }`: the answer ends after so many bytes of its body.
 */
export type Fault =
  | 'lost'
  | 'unanswered'
  | 'silent'
  | number
  | { readonly after: Promise<void> }
  | { readonly lostAfter: Promise<void> }
  | { readonly cutAt: number };

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modifiedMs: number;
}

interface Parts {
  readonly key: string;
  readonly startedMs: number;
  readonly parts: Map<number, Buffer>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

/** How a service may be unlike Amazon's. */
export interface Oddities {
  /** As Ceph 18: takes a tag in a condition only without its quotes. */
  readonly bareTags?: boolean;
  /** As services of old: takes no notice of these conditions of a write. */
  readonly ignored?: 'if-match' | 'if-none-match';
  /** Takes no conditional write at all. */
  readonly unimplemented?: boolean;
  readonly pageSize?: number;
}

/** A service with one bucket, as far as the store needs one, that can be made to fail. */
export class FakeS3 {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, Parts>();
  readonly requests: FakeRequest[] = [];
  /** Asked of every request. */
  fault: (request: FakeRequest) => Fault | undefined = () => undefined;
  nowMs: () => number = Date.now;

  private constructor(
    private readonly server: Server,
    private readonly oddities: Oddities,
    readonly bucket: string,
  ) {}

  static async start(oddities: Oddities = {}): Promise<FakeS3> {
    const server = createServer();
    const fake = new FakeS3(server, oddities, 'files');
    server.on('request', (request, response) => void fake.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return fake;
  }

  get endpoint(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  keys(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  }

  /** The next request that fits goes wrong. */
  failNext(fits: (request: FakeRequest) => boolean, fault: Fault): void {
    this.fault = (request) => {
      if (!fits(request)) return undefined;
      this.fault = () => undefined;
      return fault;
    };
  }

  /** Lets requests that are under way go on. */
  async next(): Promise<void> {
    await setImmediate();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://fake');
    const [, bucket, ...path] = decodeURIComponent(url.pathname).split('/');
    const { headers, method = '' } = request;
    const wanted: FakeRequest = {
      method,
      key: path.join('/'),
      query: url.searchParams,
      isConditional: 'if-match' in headers || 'if-none-match' in headers,
    };
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    this.requests.push(wanted);
    const carryOut = (): Answer =>
      bucket === this.bucket ? this.#answer(wanted, headers, body) : refusal(404, 'NoSuchBucket');
    const fault = this.fault(wanted);
    if (fault === 'lost') return void request.socket.destroy();
    if (fault === 'silent') return;
    if (typeof fault === 'number') return send(response, method, refusal(fault, 'Injected'));
    if (typeof fault === 'object' && 'after' in fault) {
      request.socket.destroy();
      await fault.after;
      carryOut();
      return;
    }
    const answer = carryOut();
    if (typeof fault === 'object' && 'lostAfter' in fault) await fault.lostAfter;
    if (fault === 'unanswered' || (typeof fault === 'object' && 'lostAfter' in fault))
      return void request.socket.destroy();
    if (typeof fault === 'object' && 'cutAt' in fault) {
      response.writeHead(answer.status, answer.headers);
      const whole = Buffer.from(answer.body ?? '');
      response.write(whole.subarray(0, fault.cutAt), () => request.socket.destroy());
      return;
    }
    send(response, method, answer);
  }

  #answer(request: FakeRequest, headers: IncomingMessage['headers'], body: Buffer): Answer {
    const { method, key, query } = request;
    if (query.get('list-type') === '2') return this.#list(query);
    if (key === '' && query.has('uploads')) return this.#listUploads(query);
    if (method === 'POST' && query.has('uploads')) return this.#beginUpload(key);
    const uploadId = query.get('uploadId');
    if (uploadId !== null) return this.#withUpload(method, key, uploadId, query, body);
    if (method === 'PUT') return this.#put(key, body, headers);
    if (method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    return this.#get(key, headers.range);
  }

  #put(key: string, bytes: Buffer, headers: IncomingMessage['headers']): Answer {
    const { ignored, unimplemented, bareTags } = this.oddities;
    const ifMatch = ignored === 'if-match' ? undefined : headers['if-match'];
    const ifNoneMatch = ignored === 'if-none-match' ? undefined : headers['if-none-match'];
    if (unimplemented && (ifMatch ?? ifNoneMatch)) return refusal(501, 'NotImplemented');
    const stored = this.objects.get(key);
    const tag = stored && (bareTags ? stored.etag.replaceAll('"', '') : stored.etag);
    if (ifNoneMatch === '*' && stored !== undefined) return refusal(412, 'PreconditionFailed');
    if (ifMatch !== undefined && tag === undefined) return refusal(404, 'NoSuchKey');
    if (ifMatch !== undefined && ifMatch !== tag) return refusal(412, 'PreconditionFailed');
    return { status: 200, headers: { ETag: this.#store(key, bytes) } };
  }

  #store(key: string, bytes: Buffer): string {
    const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
    this.objects.set(key, { bytes, etag, modifiedMs: this.nowMs() });
    return etag;
  }

  #get(key: string, range: string | undefined): Answer {
    const stored = this.objects.get(key);
    if (stored === undefined) return refusal(404, 'NoSuchKey');
    const headers = { ETag: stored.etag };
    const wanted = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
    if (wanted === null) return { status: 200, headers, body: stored.bytes };
    const [, first = '', last = ''] = wanted;
    if (Number(first) >= stored.bytes.length) return refusal(416, 'InvalidRange');
    return { status: 206, headers, body: stored.bytes.subarray(Number(first), Number(last) + 1) };
  }

  #list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? '';
    const after = Buffer.from(query.get('start-after') ?? '');
    const found = [...this.objects]
      .filter(([key]) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0)
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = found.slice(0, this.oddities.pageSize ?? 1000);
    const entries = page.map(([key, { bytes, modifiedMs }]) =>
      tagged('Contents', [
        ['Key', key],
        ['Size', `${bytes.length}`],
        ['LastModified', new Date(modifiedMs).toISOString()],
      ]),
    );
    const isTruncated = tagged('IsTruncated', `${page.length < found.length}`);
    return xml('ListBucketResult', [isTruncated, ...entries]);
  }

  #listUploads(query: URLSearchParams): Answer {
    const uploads = [...this.uploads].filter(([, { key }]) =>
      key.startsWith(query.get('prefix') ?? ''),
    );
    const keyMarker = query.get('key-marker') ?? '';
    const idMarker = query.get('upload-id-marker') ?? '';
    const behind = uploads
      .toSorted(([a, { key: one }], [b, { key: other }]) => compare(one, other) || compare(a, b))
      .filter(([id, { key }]) => key > keyMarker || (key === keyMarker && id > idMarker));
    const page = behind.slice(0, this.oddities.pageSize ?? 1000);
    const last = page.at(-1);
    const entries = page.map(([id, { key, startedMs }]) =>
      tagged('Upload', [
        ['Key', key],
        ['UploadId', id],
        ['Initiated', new Date(startedMs).toISOString()],
      ]),
    );
    const end = tagged('IsTruncated', `${page.length < behind.length}`);
    const next = last && [
      tagged('NextKeyMarker', last[1].key),
      tagged('NextUploadIdMarker', last[0]),
    ];
    return xml('ListMultipartUploadsResult', [end, ...(next ?? []), ...entries]);
  }

  #beginUpload(key: string): Answer {
    const id = randomBytes(8).toString('hex');
    this.uploads.set(id, { key, startedMs: this.nowMs(), parts: new Map() });
    return xml('InitiateMultipartUploadResult', [tagged('UploadId', id)]);
  }

  #withUpload(
    method: string,
    key: string,
    id: string,
    query: URLSearchParams,
    body: Buffer,
  ): Answer {
    const upload = this.uploads.get(id);
    if (upload?.key !== key) return refusal(404, 'NoSuchUpload');
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { ETag: `"part-${query.get('partNumber')}"` } };
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)];
    const parts = numbers.map(([, number]) => upload.parts.get(Number(number)) ?? Buffer.alloc(0));
    const etag = this.#store(key, Buffer.concat(parts));
    return xml('CompleteMultipartUploadResult', [tagged('ETag', etag)]);
  }
}

function send(
  response: ServerResponse,
  method: string,
  { status, headers, body = '' }: Answer,
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(method === 'HEAD' ? undefined : body);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

function refusal(status: number, code: string): Answer {
  return { ...xml('Error', [tagged('Code', code), tagged('Message', code)]), status };
}

function xml(name: string, parts: readonly string[]): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${parts.join('')}</${name}>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function tagged(name: string, inner: string | readonly (readonly [string, string])[]): string {
  const text =
    typeof inner === 'string'
      ? inner.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
      : inner.map(([child, value]) => tagged(child, value)).join('');
  return `<${name}>${text}</${name}>`;
}
