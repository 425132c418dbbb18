import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect } from 'chai';
import { candado } from '../support/candado-process.js';
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
