import { expect } from 'chai';
import { CLOSE_LINGER_MS, SLOW_READER_MS } from '../../src/net/limits.js';
import { settle } from '../support/fake-clock.js';
import { request } from '../support/raw-client.js';
import { fileName, wish } from '../support/session-fixture.js';
import { ConnectionRig } from './connection-rig.js';

/** Less than what a socket may have waiting before it counts as behind. */
const REPLY_BYTES = 8 * 1024;

describe('A client that reads slowly', () => {
  it('is cut off in the middle of a content once it took nothing for a minute', async () => {
    await using rig = await ConnectionRig.open();
    await store(rig, 'big', 'x'.repeat(1_000_000));
    await rig.send(request('GET', 'big').repeat(100));
    await rig.stuck();
    await rig.fixture.clock.advance(SLOW_READER_MS - 1);
    expect(rig.socket.destroyed).to.equal(false);
    // The last bytes may have left after the minute began: then a second one passes.
    await rig.fixture.clock.advance(SLOW_READER_MS + 1);
    expect(rig.socket.destroyed).to.equal(true);
  });

  it('gets the last reply of a connection that ends, however late', async () => {
    await using rig = await ConnectionRig.open();
    while (rig.socket.writableLength === 0) {
      await rig.send(request('ECHO', 'x'.repeat(REPLY_BYTES)));
      await settle();
    }
    await rig.send(request('QUIT'));
    await rig.fixture.clock.advance(2 * CLOSE_LINGER_MS);
    const last = await rig.readToTheEnd();
    expect(last.subarray(-5).toString()).to.equal('+OK\r\n');
  });
});

async function store(rig: ConnectionRig, name: string, content: string): Promise<void> {
  const { fixture } = rig;
  const session = fixture.session();
  await fixture.locking.lock(session, fileName(name), wish());
  await fixture.put(session, fileName(name), content);
}
