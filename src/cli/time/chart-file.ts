import { open } from 'node:fs/promises';

/** A file for a chart: whether it can be written is known before hours of measuring. */
export async function writeLater(path: string): Promise<(text: string) => Promise<void>> {
  // What stood there stays until there is something to take its place.
  const probe = await open(path, 'a');
  await probe.close();
  return async (text) => {
    const file = await open(path, 'w');
    await file.writeFile(text).finally(() => file.close());
  };
}
