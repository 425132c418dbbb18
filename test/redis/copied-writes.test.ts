import { expect } from 'chai';
import { Redis } from 'ioredis';
import { CopiedWrites } from '../../src/redis/copied-writes.js';

/** Answers nothing by itself. */
class SilentRedis extends Redis {
  readonly waits: { args: unknown[]; answer: PromiseWithResolvers<number> }[] = [];

  constructor() {
    super({ lazyConnect: true });
  }

  override wait(...args: unknown[]): Promise<number> {
    const answer = Promise.withResolvers<number>();
    this.waits.push({ args, answer });
    return answer.promise;
  }
}

describe('CopiedWrites', () => {
  const arrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  let redis: SilentRedis;
  let sent: string[];
  let writes: CopiedWrites;

  beforeEach(() => {
    redis = new SilentRedis();
    sent = [];
    writes = new CopiedWrites(redis, 2, 400);
  });

  const write = (name: string): Promise<unknown> =>
    writes.run(async () => {
      sent.push(name);
      if (name === 'refused') throw new Error('refused');
      return `reply to ${name}`;
    });

  it('waits for replicas right behind the write', async () => {
    const answer = write('a');
    expect(redis.waits.map(({ args }) => args)).to.deep.equal([[2, 400]]);
    redis.waits[0]?.answer.resolve(3);
    expect(await answer).to.deep.equal({ reply: 'reply to a', replicas: 3 });
  });

  it('sends what comes meanwhile together, with one wait for all', async () => {
    const answers = ['a', 'b', 'c'].map(write);
    expect(sent).to.deep.equal(['a']);
    redis.waits[0]?.answer.resolve(2);
    await arrived();
    expect(sent).to.deep.equal(['a', 'b', 'c']);
    expect(redis.waits).to.have.length(2);
    redis.waits[1]?.answer.resolve(1);
    expect(await Promise.all(answers)).to.deep.equal([
      { reply: 'reply to a', replicas: 2 },
      { reply: 'reply to b', replicas: 1 },
      { reply: 'reply to c', replicas: 1 },
    ]);
  });

  it('fails the write that was refused, and not its neighbours', async () => {
    const first = write('a');
    const refused = write('refused').catch((error: Error) => error.message);
    const third = write('c');
    redis.waits[0]?.answer.resolve(2);
    await arrived();
    redis.waits[1]?.answer.resolve(2);
    expect(await refused).to.equal('refused');
    expect(await Promise.all([first, third])).to.have.length(2);
  });

  it('fails with the wait, and goes on after that', async () => {
    const lost = write('a').catch((error: Error) => error.message);
    const next = write('b');
    redis.waits[0]?.answer.reject(new Error('the connection is gone'));
    expect(await lost).to.equal('the connection is gone');
    await arrived();
    redis.waits[1]?.answer.resolve(2);
    expect(await next).to.deep.equal({ reply: 'reply to b', replicas: 2 });
  });
});
