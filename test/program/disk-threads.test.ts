import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { startServer } from '../support/server-fixture.js';

/** How many threads of a new server may wait for the disk at a time. */
async function diskThreads(settings: Readonly<Record<string, string>>): Promise<number> {
  const server = await startServer(settings);
  try {
    const folder = `/proc/${server.pid}/task`;
    const tasks = await readdir(folder);
    const names = await Promise.all(
      tasks.map((task) => readFile(`${folder}/${task}/comm`, 'utf8')),
    );
    return names.filter((name) => name.startsWith('libuv-worker')).length;
  } finally {
    await server.stop();
  }
}

describe('The program', function () {
  this.timeout(30_000);

  it('has sixteen threads that may wait for the disk, or as many as it is told', async () => {
    const { UV_THREADPOOL_SIZE: inherited } = process.env;
    expect(await diskThreads({})).to.equal(Number(inherited ?? 16));
    expect(await diskThreads({ UV_THREADPOOL_SIZE: '5' })).to.equal(5);
  });
});
