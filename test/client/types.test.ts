import { expect } from 'chai';
import type {
  CandadoClient,
  CandadoErrorCode,
  ContentStream,
  FileStat,
  HeldLock,
  HeldLocks,
  LockInfo,
  LockOptions,
  PutContent,
  WatchEvent,
} from '../../src/client/index.js';
import { DEFAULT_OPTIONS } from '../../src/client/index.js';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both types are the same. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ['these types differ']): void {}

type Answer<Method extends keyof CandadoClient> = CandadoClient[Method] extends (
  ...args: never[]
) => Promise<infer Value>
  ? Value
  : never;

describe('client: types', () => {
  it('are what the documentation says (checked by the compiler)', () => {
    same<Answer<'get'>, Buffer | null>();
    same<Answer<'getStream'>, ContentStream | null>();
    same<Answer<'stat'>, FileStat | null>();
    same<Answer<'lock'>, HeldLock>();
    same<Answer<'lockAll'>, HeldLocks>();
    same<Answer<'put'>, number>();
    same<Answer<'delete'>, number | null>();
    same<Answer<'locks'>, readonly LockInfo[]>();
    same<Answer<'breakLock'>, number>();
    // What happened decides what is told of it.
    same<Extract<WatchEvent, { event: 'put' }>['version'], number>();
    same<Extract<WatchEvent, { event: 'gap' }>['kind'], 'watch'>();
    same<LockOptions['mode'], 'exclusive' | 'shared' | undefined>();
    same<Extract<CandadoErrorCode, 'LOCKED' | 'CONNECTIONLOST'>, 'LOCKED' | 'CONNECTIONLOST'>();
    // @ts-expect-error a stream without its size cannot be sent
    const content: PutContent = { chunks: [] };
    expect(content).to.deep.equal({ chunks: [] });
  });

  it('come with defaults that nobody can change', () => {
    expect(Object.isFrozen(DEFAULT_OPTIONS)).to.equal(true);
  });
});
