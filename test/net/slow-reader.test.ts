import { expect } from 'chai';
import { SLOW_READER_MS } from '../../src/net/limits.js';
import { settle } from '../support/fake-clock.js';
import { request } from '../support/raw-client.js';
import { fileName, wish } from '../support/session-fixture.js';
import { ConnectionRig } from './connection-rig.js';

/** Turns of the event loop without a byte taken after which none will be. */
const STILL_TURNS = 100;

describe('A client that reads slowly', () => {
  it('is cut off in the middle of a content once it took nothing for a minute', async () => {
    await using rig = await ConnectionRig.open();
    await store(rig, 'big', 'x'.repeat(1_000_000));
    await rig.send(request('GET', 'big').repeat(100));
    await stuck(rig);
    await rig.fixture.clock.advance(SLOW_READER_MS - 1);
    expect(rig.socket.destroyed).to.equal(false);
    // The last bytes may have left after the minute began: then a second one passes.
    await rig.fixture.clock.advance(SLOW_READER_MS + 1);
    expect(rig.socket.destroyed).to.equal(true);
  });
});

async function store(rig: ConnectionRig, name: string, content: string): Promise<void> {
  const { fixture } = rig;
  const session = fixture.session();
  await fixture.locking.lock(session, fileName(name), wish());
  await fixture.put(session, fileName(name), content);
}

async function stuck({ socket }: ConnectionRig): Promise<void> {
  for (let still = 0; still < STILL_TURNS; ) {
    const before = socket.bytesWritten;
    await settle();
    still = socket.writableNeedDrain && socket.bytesWritten === before ? still + 1 : 0;
  }
}
