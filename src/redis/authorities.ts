import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The file of certificate authorities cannot be used; start-up ends. */
export class InvalidAuthorities extends Error {
  override readonly name = 'InvalidAuthorities';
  readonly code = 'CONFIG';
}

/**
 * The certificates in a PEM file, one text each.
 * @throws {InvalidAuthorities}
 */
export function readAuthorities(file: string): readonly string[] {
  const certificates = readText(file).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw new InvalidAuthorities(
      `${file}, which should say whom to trust as Redis, holds no certificate in PEM form`,
    );
  }
  for (const [index, certificate] of certificates.entries()) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new InvalidAuthorities(`certificate ${index + 1} of ${file} cannot be read`, {
        cause: error,
      });
    }
  }
  return certificates;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidAuthorities(
      `${file}, which should say whom to trust as Redis, cannot be read (${code})`,
      { cause: error },
    );
  }
}
