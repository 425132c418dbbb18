import { expect } from 'chai';
import { topicsOf } from '../../../src/client/watch/wish.js';

describe('client/watch: what to watch', () => {
  it('takes a name for a file and its lock', () => {
    expect(topicsOf('a.txt')).to.deep.equal({
      channels: ['file:a.txt', 'lock:a.txt'],
      patterns: [],
    });
  });

  it('takes a glob for a pattern', () => {
    expect(topicsOf(['a*', 'b'])).to.deep.equal({
      channels: ['file:b', 'lock:b'],
      patterns: ['file:a*', 'lock:a*'],
    });
  });

  it('takes one that says which it means at its word', () => {
    expect(topicsOf(['lock:a', 'file:b?'])).to.deep.equal({
      channels: ['lock:a'],
      patterns: ['file:b?'],
    });
  });

  it('leaves channels and patterns that are named as such as they are', () => {
    const topics = { channels: ['file:a*'], patterns: ['lock:b'] };
    expect(topicsOf(topics)).to.deep.equal(topics);
  });

  it('refuses to watch nothing', () => {
    expect(() => topicsOf([])).to.throw(RangeError, 'nothing to watch');
    expect(() => topicsOf({})).to.throw(RangeError);
  });
});
