import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const DAY_MS = 86_400_000;

/** DER tags (ITU-T X.690 §8). */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
} as const;

interface Pem {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority that nobody but one test trusts. */
export class Authority {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #name = nameOf('Candado test authority');
  readonly certificate: string;

  constructor() {
    const isAuthority = sequence(der(TAG.boolean, Buffer.from([0xff])));
    this.certificate = pem(
      this.#sign(this.#name, this.#keys.publicKey, extension(OID.basicConstraints, isAuthority)),
    );
  }

  /** For a server at 127.0.0.1, known to nobody by a name. */
  issue(): Pem {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const address = der(0x87, Buffer.from([127, 0, 0, 1]));
    const names = extension(OID.subjectAltName, sequence(address));
    return {
      certificate: pem(this.#sign(nameOf('server'), publicKey, names)),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  /** RFC 5280 §4.1. */
  #sign(subject: Buffer, key: KeyObject, extensions: Buffer): Buffer {
    const algorithm = sequence(oid(OID.ecdsaWithSha256));
    const body = sequence(
      der(0xa0, der(TAG.integer, Buffer.from([2]))),
      der(TAG.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      algorithm,
      this.#name,
      sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
      subject,
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(extensions)),
    );
    const signature = sign('sha256', body, this.#keys.privateKey);
    return sequence(body, algorithm, der(TAG.bits, Buffer.concat([Buffer.from([0]), signature])));
  }
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), content]);
}

const sequence = (...contents: Buffer[]): Buffer => der(TAG.sequence, ...contents);

const oid = (hex: string): Buffer => der(TAG.oid, Buffer.from(hex, 'hex'));

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(TAG.octets, value));

const nameOf = (text: string): Buffer =>
  sequence(der(TAG.set, sequence(oid(OID.commonName), der(TAG.text, Buffer.from(text)))));

/** `YYMMDDhhmmssZ` */
const time = (epochMs: number): Buffer =>
  der(
    TAG.time,
    Buffer.from(`${new Date(epochMs).toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`),
  );

const pem = (certificate: Buffer): string =>
  [
    '-----BEGIN CERTIFICATE-----',
    ...(certificate.toString('base64').match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
    '',
  ].join('\n');
