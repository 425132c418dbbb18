import type { FileStore } from '../../../src/files/file-store.js';
import { type ExportOptions, StoreExport } from '../../../src/files/transfer/store-export.js';
import { StoreImport } from '../../../src/files/transfer/store-import.js';

export const ALL: ExportOptions = { currentOnly: false };

/** Writes down what an export and an import tell. */
export class Tally {
  readonly lines: string[] = [];

  file(): void {
    this.lines.push('file');
  }

  version(bytes: number): void {
    this.lines.push(`version of ${bytes}`);
  }

  leftOut(name: string, version: number): void {
    this.lines.push(`left out ${name} ${version}`);
  }

  damaged(name: string, version: number, why: string): void {
    this.lines.push(`damaged ${name} ${version}: ${why}`);
  }

  skipped(name: string, why: string): void {
    this.lines.push(`skipped ${name}: ${why}`);
  }

  imported(name: string, bytes: number): void {
    this.lines.push(`imported ${name} of ${bytes}`);
  }

  known(name: string): void {
    this.lines.push(`known ${name}`);
  }

  passedOver(name: string, version: number, why: string): void {
    this.lines.push(`passed over ${name} ${version}: ${why}`);
  }

  refused(name: string, why: string): void {
    this.lines.push(`refused ${name}: ${why}`);
  }
}

export async function archiveOf(store: FileStore, options: ExportOptions = ALL): Promise<Buffer> {
  const chunks = await Array.fromAsync(new StoreExport(store).run(options, new Tally()));
  return Buffer.concat(chunks);
}

export async function* inPieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function importInto(store: FileStore, archive: Buffer): Promise<readonly string[]> {
  const tally = new Tally();
  await new StoreImport(store).run(inPieces(archive), tally);
  return tally.lines;
}
