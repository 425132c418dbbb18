/** How many slots the keys of a cluster are spread over. */
export const SLOTS = 16_384;

/** CRC-16/XMODEM: polynomial x^16 + x^12 + x^5 + 1, for each byte ahead. */
const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The slot that a key lies in. Of a key that holds `{tag}` only the tag counts (Redis cluster
 * specification, "Hash tags").
 */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[(crc >> 8) ^ byte] ?? 0);
  }
  return crc % SLOTS;
}
