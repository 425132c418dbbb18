import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { uniqueName } from '../support/test-run.js';

const IMAGE = 'candado-test-ceph:18';
const PORT = 8080;

/** The gateway first makes its pools. */
const START_MS = 90_000;

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'candado',
  AWS_SECRET_ACCESS_KEY: 'candado-secret',
} as const;

/** A Ceph whose gateway speaks S3, with one empty bucket. */
export class Ceph {
  readonly bucket = 'files';

  private constructor(
    private readonly container: StartedTestContainer,
    readonly endpoint: string,
  ) {}

  static async start(): Promise<Ceph> {
    const container = await new GenericContainer(IMAGE)
      .withName(uniqueName('ceph'))
      .withEnvironment(CREDENTIALS)
      .withExposedPorts(PORT)
      .withWaitStrategy(Wait.forHttp('/', PORT))
      .withStartupTimeout(START_MS)
      .start();
    const endpoint = `http://${container.getHost()}:${container.getMappedPort(PORT)}`;
    const ceph = new Ceph(container, endpoint);
    await ceph.#makeBucket();
    return ceph;
  }

  async stop(): Promise<void> {
    await this.container.stop();
  }

  async #makeBucket(): Promise<void> {
    const client = new S3Client({
      endpoint: this.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
        secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      },
    });
    await client.send(new CreateBucketCommand({ Bucket: this.bucket }));
    client.destroy();
  }
}
