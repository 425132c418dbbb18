import { expect } from 'chai';
import type { SessionId } from '../../../src/locks/model.js';
import { LockKeys } from '../../../src/locks/redis/lock-keys.js';

describe('LockKeys', () => {
  const keys = new LockKeys('candado:');

  it('gives all keys of one lock its name as hash tag', () => {
    expect(keys.all('dir/data.txt')).to.deep.equal([
      'candado:{dir/data.txt}:lock',
      'candado:{dir/data.txt}:queue',
      'candado:{dir/data.txt}:waiters',
    ]);
  });

  it('finds the name in a key again, whatever it looks like', () => {
    for (const name of ['a', 'dir/ñandú:lock', ':lock', 'x'.repeat(500)]) {
      expect(keys.nameOf(keys.lock(name))).to.equal(name);
    }
  });

  it('never gives a session a key that a lock has, whatever file is locked', () => {
    const session = 'x' as SessionId;
    const ofSession = [keys.record(session), keys.waits(session)];
    expect(ofSession).to.deep.equal(['candado:{session:x}:record', 'candado:{session:x}:waits']);
    expect(keys.all('session:x')).not.to.include.members(ofSession);
    expect(ofSession.some((key) => key.endsWith('}:lock'))).to.equal(false);
  });

  it('refuses a prefix that would spoil hash tags or patterns', () => {
    for (const prefix of ['{a}', 'a*', 'a?', '[a]', 'a b']) {
      expect(() => new LockKeys(prefix), prefix).to.throw(RangeError, /key prefix/);
    }
  });
});
