import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { CandadoProcess, candado } from '../support/candado-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('candado serve with workers', () => {
  it('is refused with locks in memory: it says which setting, and what to do', async () => {
    const { code, out, err } = await candado(['serve', '--workers', '2'], {
      env: { REDIS_URL: '', PORT: 'x' },
    });
    expect([code, out]).to.deep.equal([2, '']);
    expect(err).to.match(/^candado: wrong configuration \(2\):$/m);
    expect(err).to.match(
      /^ {2}--workers: makes 2 processes, .*REDIS_URL.*; example: --workers 1$/m,
    );
    expect(err).to.match(/^ {2}PORT: /m);
  });

  it('leaves no worker behind where it is killed while they start', async () => {
    await using folder = await temporaryFolder();
    await using primary = CandadoProcess.start(['serve'], {
      env: {
        WORKERS: '2',
        // They wait for it, and do not listen meanwhile.
        REDIS_URL: 'redis://127.0.0.1:1',
        REDIS_TIMEOUT_MS: '1m',
        PORT: '0',
        HTTP_PORT: '0',
        FILES_ROOT: folder.path,
      },
    });
    const children = (): number[] =>
      readFileSync(`/proc/${primary.pid}/task/${primary.pid}/children`, 'latin1')
        .split(' ')
        .filter((pid) => pid !== '')
        .map(Number);
    await primary.until(
      ({ out }) => /redis\.down.*"worker":1/.test(out) && /redis\.down.*"worker":2/.test(out),
    );
    const workers = children();
    try {
      expect(workers).to.have.length(2);
      primary.signal('SIGKILL');
      // Its end is that of its standard output, which workers write to as well.
      expect((await primary.ended).out).not.to.include('worker.ready');
    } finally {
      for (const pid of workers) killIfAlive(pid);
    }
  });

  it('gives up where no worker can start, with the reason of one', async () => {
    await using folder = await temporaryFolder();
    const taken = createServer();
    await once(taken.listen(0, '127.0.0.1'), 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const { code, err } = await candado(['serve'], {
        env: {
          WORKERS: '2',
          // Redis may come later; the port may not.
          REDIS_URL: `redis://127.0.0.1:${port}`,
          REDIS_TIMEOUT_MS: '100ms',
          PORT: String(port),
          HTTP_PORT: '0',
          FILES_ROOT: folder.path,
        },
      });
      expect(code).to.equal(1);
      expect(err).to.match(new RegExp(`^candado: .*:${port}: .*--port or --http-port$`, 'm'));
    } finally {
      taken.close();
    }
  });
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, as it should.
  }
}
