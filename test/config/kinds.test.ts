import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { host, networks, redisUrl } from '../../src/config/addresses.js';
import { choice, type Kind, path, yesOrNo } from '../../src/config/kind.js';
import { count, duration, port, size } from '../../src/config/quantities.js';
import { workerCount } from '../../src/config/worker-count.js';

const read = (kind: Kind<unknown>, text: string): unknown => {
  const result = kind.schema.safeParse(text);
  return result.success ? result.data : 'refused';
};

const reason = (kind: Kind<unknown>, text: string): string =>
  kind.schema.safeParse(text).error?.issues[0]?.message ?? 'accepted';

function refuses(kind: Kind<unknown>, texts: readonly string[]): void {
  for (const text of texts) expect(read(kind, text), JSON.stringify(text)).to.equal('refused');
}

describe('The kinds of settings', () => {
  it('count: whole numbers within its range', () => {
    const kind = count(1, 10);
    expect(read(kind, '1')).to.equal(1);
    expect(read(kind, '10')).to.equal(10);
    refuses(kind, [
      '0',
      '11',
      '-1',
      '+1',
      '1.5',
      '1e1',
      '0x1',
      ' 1',
      '1 ',
      '',
      'x',
      '1s',
      '9'.repeat(400),
    ]);
  });

  it('workers: a number, or one for each processor', () => {
    expect(read(workerCount, '1')).to.equal(1);
    expect(read(workerCount, '256')).to.equal(256);
    expect(read(workerCount, 'auto')).to.equal(availableParallelism());
    refuses(workerCount, ['0', '257', 'Auto', 'all', '', '1.5', '-1']);
  });

  it('port: 0 to 65535', () => {
    expect(read(port, '0')).to.equal(0);
    expect(read(port, '65535')).to.equal(65_535);
    refuses(port, ['65536', '-1', '80/tcp']);
  });

  it('duration: milliseconds, plain or with a unit', () => {
    const kind = duration(10, 7_200_000);
    expect(read(kind, '30')).to.equal(30);
    expect(read(kind, '30ms')).to.equal(30);
    expect(read(kind, '30s')).to.equal(30_000);
    expect(read(kind, '5m')).to.equal(300_000);
    expect(read(kind, '2h')).to.equal(7_200_000);
    refuses(kind, ['9', '3h', '30 s', '1.5s', '5M', 's', '30min', '1KiB', '1constructor']);
    expect(kind.allowed).to.include('from 10ms to 2h');
  });

  it('size: bytes, plain or with a binary unit', () => {
    const kind = size(1, 2 ** 41);
    expect(read(kind, '512')).to.equal(512);
    expect(read(kind, '4KiB')).to.equal(4_096);
    expect(read(kind, '16MiB')).to.equal(16_777_216);
    expect(read(kind, '1GiB')).to.equal(2 ** 30);
    expect(read(kind, '2TiB')).to.equal(2 ** 41);
    refuses(kind, ['0', '3TiB', '16MB', '16mib', '1.5GiB', '1 GiB', 'GiB']);
    expect(kind.allowed).to.include('from 1 to 2TiB');
  });

  it('yes or no: true and false, nothing else', () => {
    expect(read(yesOrNo, 'true')).to.equal(true);
    expect(read(yesOrNo, 'false')).to.equal(false);
    refuses(yesOrNo, ['TRUE', 'yes', '1', '0', 'on', '', 'toString']);
  });

  it('choice: one of its words', () => {
    const kind = choice('on', 'off');
    expect(read(kind, 'off')).to.equal('off');
    refuses(kind, ['ON', 'o', '', 'on,off']);
  });

  it('path: anything a file system takes', () => {
    expect(read(path, './data dir')).to.equal('./data dir');
    refuses(path, ['', 'a\0b']);
  });

  it('host: addresses and names', () => {
    for (const text of ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost', 'redis_1.internal']) {
      expect(read(host, text)).to.equal(text);
    }
    refuses(host, [
      '',
      '[::1]',
      '127.0.0.1:80',
      '256.0.0.1',
      '1.2.3',
      'a b',
      '-a',
      'a..b',
      'http://x',
    ]);
  });

  it('networks: CIDR notation or single addresses', () => {
    expect(read(networks, '')).to.deep.equal([]);
    expect(read(networks, '10.0.0.0/8')).to.deep.equal(['10.0.0.0/8']);
    expect(read(networks, '::1 , fd00::/8')).to.deep.equal(['::1', 'fd00::/8']);
    refuses(networks, ['10.0.0.0/33', 'fd00::/129', '10.0.0/8', '10.0.0.0/', '10.0.0.0/8/8']);
    refuses(networks, ['10.0.0.0/8,', 'proxy', '10.0.0.0/-1', '10.0.0.0/8x']);
    expect(reason(networks, '10.0.0.0/8,proxy,::/999')).to.equal(
      'is not allowed because of "proxy", "::/999"',
    );
  });

  describe('Redis URL', () => {
    it('takes every kind', () => {
      for (const text of [
        'redis://localhost',
        'redis://:pa%2Fss@redis:6379/0',
        'rediss://user:secret@[::1]:6380/12',
        'redis+sentinel://a:26379,b/1?master=main',
        'rediss+cluster://user:secret@a:7000,b:7001',
      ]) {
        expect(read(redisUrl, text)).to.equal(text);
      }
      expect(read(redisUrl, '')).to.equal(undefined);
    });

    it('says what is wrong with any other', () => {
      expect(reason(redisUrl, 'localhost:6379')).to.include('does not begin with redis://');
      expect(reason(redisUrl, 'redis://')).to.equal('names no host');
      expect(reason(redisUrl, 'redis+sentinel://a')).to.include('?master=mymaster');
    });

    it('never repeats a password, however misspelt the URL', () => {
      for (const text of [
        'redis+sentinel://user:hunter2@a:26379',
        'redis+sentinel://a?master=m&hunter2=x',
        'redis+cluster://:hunter2@a,b/3',
        'redis://user:hun/ter2@a',
        'redis://user:hunter2',
        'redis://a?password=hunter2',
        'user:hunter2@a',
        'hunter2',
        'hunter2://a',
        'redis:/hunter2@a',
        'redis://:hun#ter2@a',
      ]) {
        const shown = `${redisUrl.show?.(text)} ${reason(redisUrl, text)}`;
        expect(reason(redisUrl, text), text).to.not.equal('accepted');
        expect(shown, text).to.not.match(/hun|ter2/);
      }
    });
  });
});
