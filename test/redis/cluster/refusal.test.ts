import { expect } from 'chai';
import { ReplyError } from 'ioredis';
import { readRefusal } from '../../../src/redis/cluster/refusal.js';

describe('readRefusal', () => {
  const read = (message: string) => readRefusal(new ReplyError(message), 'asked');

  it('knows where a slot is, or is on its way to', () => {
    expect(read('MOVED 3999 10.0.0.1:6381')).to.deep.equal({
      kind: 'moved',
      slot: 3999,
      server: { host: '10.0.0.1', port: 6381 },
    });
    expect(read('ASK 0 fd00::2:6381')).to.deep.equal({
      kind: 'ask',
      slot: 0,
      server: { host: 'fd00::2', port: 6381 },
    });
  });

  it('means the server that was asked where none is named', () => {
    expect(read('MOVED 1 :7000')).to.deep.include({ server: { host: 'asked', port: 7000 } });
  });

  it('knows that keys are on their way', () => {
    expect(read('TRYAGAIN Multiple keys request during rehashing of slot')).to.deep.equal({
      kind: 'later',
    });
  });

  it('is nothing else', () => {
    for (const message of ['CLUSTERDOWN Hash slot not served', 'MOVED x a:1', 'MOVED 16384 a:1']) {
      expect(read(message), message).to.equal(undefined);
    }
    expect(readRefusal(new Error('MOVED 1 a:1'), 'asked')).to.equal(undefined);
  });
});
