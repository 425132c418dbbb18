import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { expect } from 'chai';
import { DEFAULT_OPTIONS } from '../../../src/client/index.js';
import { exchangeTimeCall, pingCall } from '../../../src/client/requests.js';
import { Call } from '../../../src/client/transport/call.js';
import { Connection } from '../../../src/client/transport/connection.js';
import { Outbox } from '../../../src/client/transport/outbox.js';
import { ScriptedServer } from '../../support/scripted-server.js';

/** What is handed to the system, write by write. */
class Wire extends Socket {
  readonly writes: string[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.writes.push(chunk.toString());
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => chunk.toString()).join(''));
    done();
  }
}

const nothing = (): undefined => undefined;

describe('client: stamps of TIME', () => {
  it('are in what leaves at once, while the rest of the turn leaves together', async () => {
    const wire = new Wire();
    const outbox = new Outbox(wire, { sending: nothing, progress: nothing, broken: nothing });
    outbox.add(exchangeTimeCall(() => 1_700_000_000_000_000));
    expect(wire.writes).to.deep.equal(['*2\r\n$4\r\nTIME\r\n$16\r\n1700000000000000\r\n']);
    outbox.add(pingCall());
    outbox.add(pingCall());
    expect(wire.writes).to.have.length(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(wire.writes.slice(1)).to.deep.equal(['*1\r\n$4\r\nPING\r\n'.repeat(2)]);
    wire.destroy();
  });

  it('are those of the bytes, whatever is done first with what came before them', async () => {
    const readAt = (command: string): Call<number> =>
      new Call({ command, args: [], parse: (_value, readAtMs) => readAtMs });
    await using server = await ScriptedServer.start({
      FIRST: () => undefined,
      SECOND: () => ':1\r\n:2\r\n',
    });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const connection = new Connection(socket, DEFAULT_OPTIONS, nothing);
    const calls = [readAt('FIRST'), readAt('SECOND')];
    const askedMs = performance.now();
    for (const call of calls) connection.send(call);
    const [first = 0, second = 0] = await Promise.all(calls.map(({ promise }) => promise));
    expect(first).to.be.within(askedMs, performance.now());
    expect(second).to.equal(first);
    connection.destroy(new Error('the test is over'));
    await connection.ended;
  });
});
