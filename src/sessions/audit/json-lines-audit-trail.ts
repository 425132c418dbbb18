import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { injectable } from 'inversify';
import { unavailable } from '../../files/directory/disk-errors.js';
import { Durable } from '../../files/directory/durable.js';
import { NoFailpoints } from '../../files/failpoints.js';
import { type AuditRecord, AuditTrail, AuditUnavailable } from '../audit-trail.js';

const LINE_FEED = 0x0a;

/** Bound as a constant by the container. */
export class AuditOptions {
  /** @param path of the file; its folder exists by the time something is recorded */
  constructor(readonly path: string) {}
}

/**
 * One JSON object a line, each appended by a single write: local file systems put those of several
 * processes one behind the other. A line is bounded, since a lock has a bounded number of holders
 * (`MAX_SHARED_HOLDERS`), whose texts are: a few hundred bytes as a rule, 1 MiB at the very most.
 */
@injectable()
export class JsonLinesAuditTrail extends AuditTrail {
  // Also where contents are left to the operating system: this is rare, and what it says matters.
  readonly #durable = new Durable('fsync', new NoFailpoints());

  constructor(private readonly options: AuditOptions) {
    super();
  }

  override async append(record: AuditRecord): Promise<void> {
    const { path } = this.options;
    try {
      const handle = await open(path, 'a+');
      try {
        const start = (await endsInMidLine(handle)) ? '\n' : '';
        const line = Buffer.from(`${start}${JSON.stringify(record)}\n`);
        const { bytesWritten } = await handle.write(line);
        if (bytesWritten < line.length) throw new Error('the line was cut short');
        await this.#durable.file(handle);
      } finally {
        await handle.close();
      }
      await this.#durable.folder(dirname(path));
    } catch (cause) {
      throw new AuditUnavailable(
        `what is done to others' locks cannot be recorded, so it is not done: ${unavailable(cause).message}`,
        { cause },
      );
    }
  }
}

/** A process that died, or a disk that was full, left half a line: it is to spoil no other. */
async function endsInMidLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== LINE_FEED;
}
