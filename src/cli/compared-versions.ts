import type { CandadoClient, FileVersion } from '../client/index.js';
import { CliError } from './cli-error.js';
import { ExitCode } from './exit-codes.js';
import { formatBytes, formatInstant } from './quantities.js';
import type { Side } from './unified-diff.js';

/** Two versions are kept in memory at once, as bytes and as text. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Numbers as they were asked for. */
export interface AskedVersions {
  /** The one before the other without. */
  readonly from: number | undefined;
  /** The current one without. */
  readonly to: number | undefined;
}

/** @param tooLarge what to exit with where they cannot be compared in memory */
export async function readSides(
  client: CandadoClient,
  name: string,
  asked: AskedVersions,
  tooLarge: number,
): Promise<readonly [Side, Side]> {
  const versions = await client.history(name);
  const [to, from] = choose(versions, name, asked);
  for (const { version, size } of [from, to]) {
    if (size > MAX_BYTES) {
      throw new CliError(
        tooLarge,
        `version ${version} has ${formatBytes(size)}, too many to compare line by line ` +
          `(${formatBytes(MAX_BYTES)} at most): save both with \`candado get --version\` first`,
      );
    }
  }
  return [await read(client, name, from), await read(client, name, to)];
}

function choose(
  versions: readonly FileVersion[],
  name: string,
  { from, to }: AskedVersions,
): readonly [to: FileVersion, from: FileVersion] {
  const newer = to === undefined ? versions[0] : versions.find(({ version }) => version === to);
  const older = from === undefined ? versions[1] : versions.find(({ version }) => version === from);
  if (newer !== undefined && older !== undefined) return [newer, older];
  const missing =
    versions.length === 0
      ? `there is and was no file of the name ${name}`
      : `no version ${(newer === undefined ? to : from) ?? 'before the current one'} of ${name} is kept: ` +
        `\`candado history ${name}\` shows what there is`;
  throw new CliError(ExitCode.notFound, missing);
}

/** A deletion is compared as nothing at all. */
async function read(client: CandadoClient, name: string, version: FileVersion): Promise<Side> {
  const detail = `version ${version.version}, ${formatInstant(version.modifiedMicros)}`;
  if (version.deleted) {
    return { label: '/dev/null', detail: `${detail}, deleted`, content: Buffer.alloc(0) };
  }
  const content = await client.getVerified(name, { version: version.version });
  if (content === null) {
    throw new CliError(
      ExitCode.notFound,
      `version ${version.version} of ${name} is not kept any more`,
    );
  }
  return { label: name, detail, content: Buffer.concat(await content.toArray()) };
}
