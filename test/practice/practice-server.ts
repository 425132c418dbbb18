import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningServer, startServer } from '../support/server-fixture.js';
import { PracticeClient } from './practice-client.js';

/** What the course's clients find in data.txt at first. */
export const DATA = 'This is the content of data.txt,\nwhich was there before the server was.';

/** A server as the course starts it, in a directory with a data.txt, and its clients. */
export class PracticeServer {
  readonly #clients: PracticeClient[] = [];

  private constructor(
    private readonly root: string,
    private readonly server: RunningServer,
  ) {}

  static async start(settings: Readonly<Record<string, string>>): Promise<PracticeServer> {
    const root = await mkdtemp(join(tmpdir(), 'candado-practice-'));
    try {
      await writeFile(join(root, 'data.txt'), DATA);
      return new PracticeServer(root, await startServer({ ...settings, FILES_ROOT: root }));
    } catch (error) {
      await rm(root, { recursive: true, force: true });
      throw error;
    }
  }

  async client(): Promise<PracticeClient> {
    const client = await PracticeClient.connect(this.server.port);
    this.#clients.push(client);
    return client;
  }

  closeClients(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }

  /** Its exit code, once it has ended. */
  get exited(): Promise<number | null> {
    return this.server.exited;
  }

  async stop(): Promise<void> {
    this.closeClients();
    await this.server.stop();
    await rm(this.root, { recursive: true, force: true });
  }
}
