import { expect } from 'chai';
import type { Session } from '../../src/sessions/session.js';
import { fileName, SessionFixture, wish } from '../support/session-fixture.js';

const NAME = fileName('dir/data.txt');

describe('The events of files', () => {
  let replica: SessionFixture;
  let session: Session;
  let told: string[];

  beforeEach(async () => {
    replica = new SessionFixture();
    session = replica.session();
    await replica.locking.lock(session, NAME, wish());
    told = [];
    replica.events.listen(({ topic, message }) => void told.push(`${topic} ${message}`));
  });

  it('tell of a change and its size in bytes, then of the release it ends with', async () => {
    await replica.put(session, NAME, 'año');
    expect(told[0]).to.equal('file:dir/data.txt {"event":"put","version":1,"size":4}');
    expect(told[1]).to.match(/^lock:dir\/data\.txt \{"event":"released"/);
    expect(told).to.have.length(2);
  });

  it('tell of a deletion', async () => {
    await replica.put(session, NAME, 'x', { keep: true });
    await replica.publishing.delete(session, NAME, { keep: true });
    expect(told[1]).to.equal('file:dir/data.txt {"event":"delete","version":2}');
  });

  it('tell nothing of what was refused or repeated', async () => {
    await replica.put(session, NAME, 'x', { keep: true, requestId: 'request-1' });
    await replica.put(session, NAME, 'x', { keep: true, requestId: 'request-1' });
    await replica.put(session, NAME, 'x', { keep: true, version: 7 });
    await replica.put(replica.session(), NAME, 'x');
    await replica.publishing.delete(session, fileName('absent'), { keep: false });
    expect(told).to.deep.equal(['file:dir/data.txt {"event":"put","version":1,"size":1}']);
  });
});
