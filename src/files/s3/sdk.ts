import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Place } from '../url/files-url.js';

/** The SDK's commands and a client for one place. */
export type Sdk = typeof import('@aws-sdk/client-s3') & { readonly client: S3Client };

/** How long it may take to reach the service, in milliseconds. */
const CONNECT_TIMEOUT_MS = 3_000;

/** A connection on which nothing moves for so long is dead, or its reader too slow; in milliseconds. */
const IDLE_TIMEOUT_MS = 30_000;

/** A reader holds a connection as long as it reads, and must not keep others from writing. */
const MAX_CONNECTIONS = 1_024;

/** What services other than Amazon's take for a region where none is named. */
const ANY_REGION = 'us-east-1';

/** Loads the SDK, which only those who keep their files on S3 pay for. */
export async function connect(place: S3Place): Promise<Sdk> {
  const sdk = await import('@aws-sdk/client-s3');
  const region = place.region ?? (place.endpoint === undefined ? undefined : ANY_REGION);
  const agent = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const client = new sdk.S3Client({
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
    ...(region === undefined ? {} : { region }),
    forcePathStyle: place.pathStyle,
    // Only the store knows what may be repeated.
    maxAttempts: 1,
    // Many services know no other checksums than those they must.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
  return { ...sdk, client };
}
