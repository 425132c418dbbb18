import { expect } from 'chai';
import { run } from '../../support/captured-io.js';
import { ScriptedServer } from '../../support/scripted-server.js';

describe('candado break', () => {
  const OUTCOMES = [
    [0, 'a is not locked by anybody\n'],
    [1, 'a was taken from its holder\n'],
    [3, 'a was taken from its 3 holders\n'],
  ] as const;
  for (const [holders, told] of OUTCOMES) {
    it(`says what became of ${holders} holders`, async () => {
      await using server = await ScriptedServer.start({ BREAK: () => `:${holders}\r\n` });
      const argv = ['break', 'a', '--reason', 'its host is gone', '--port', String(server.port)];
      expect(await run(argv)).to.deep.equal({ code: 0, out: told, err: '' });
      expect(server.requests).to.deep.equal(['BREAK a REASON its host is gone']);
    });
  }

  it('needs no reason', async () => {
    await using server = await ScriptedServer.start({ BREAK: () => ':1\r\n' });
    await run(['break', 'a', '--port', String(server.port)]);
    expect(server.requests).to.deep.equal(['BREAK a']);
  });
});
