/** Names beyond this length are no command's; they are not worth remembering. */
const LONGEST_REMEMBERED_BYTES = 32;

/** A power of two, several times the number of commands and of the spellings in use. */
const SLOTS = 256;

interface Remembered {
  readonly raw: Buffer;
  readonly name: string;
}

/**
 * Spellings seen last, one a slot: a busy command's name is neither decoded nor upper-cased again.
 * Holds nothing but copies of a few short names, so it is shared by all connections.
 */
const remembered = new Array<Remembered | undefined>(SLOTS);

/** A command's name in upper case; only ASCII letters have case, as in Redis. */
export function commandName(raw: Buffer): string {
  if (raw.length > LONGEST_REMEMBERED_BYTES) return upperCased(raw);
  const slot = slotOf(raw);
  const last = remembered[slot];
  if (last?.raw.equals(raw)) return last.name;
  const name = upperCased(raw);
  remembered[slot] = { raw: Buffer.from(raw), name };
  return name;
}

function upperCased(raw: Buffer): string {
  return raw.toString('utf8').replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** FNV-1a. */
function slotOf(raw: Buffer): number {
  let hash = 0x811c9dc5;
  for (const byte of raw) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash ^ (hash >>> 16)) & (SLOTS - 1);
}
