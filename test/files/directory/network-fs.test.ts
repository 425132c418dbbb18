import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { judgeMount, judgeNfs } from '../../../src/files/directory/network-fs.js';

describe('judgeNfs', () => {
  const verdict = (options: string, at = '/data') =>
    judgeNfs('/data/files', `/dev/vda / ext4 rw 0 0\nserver:/x ${at} nfs4 ${options} 0 0\n`).kind;

  it('takes a mount that caches neither look-ups nor attributes', () => {
    expect(verdict('rw,noac,lookupcache=none')).to.equal('fine');
    expect(verdict('rw,actimeo=0,lookupcache=none')).to.equal('fine');
    const ages = 'acregmin=0,acregmax=0,acdirmin=0,acdirmax=0';
    expect(verdict(`rw,${ages},lookupcache=none`)).to.equal('fine');
  });

  it('refuses one that caches either', () => {
    expect(verdict('rw')).to.equal('caching-nfs');
    expect(verdict('rw,noac')).to.equal('caching-nfs');
    expect(verdict('rw,lookupcache=none')).to.equal('caching-nfs');
    expect(verdict('rw,lookupcache=pos,actimeo=0')).to.equal('caching-nfs');
    expect(verdict('rw,acregmin=0,lookupcache=none')).to.equal('caching-nfs');
  });

  it('looks at the innermost mount', () => {
    const good = 'server:/x /data nfs4 noac,lookupcache=none 0 0\n';
    expect(judgeNfs('/data/files', `${good}s:/y /data/files nfs4 rw 0 0\n`).kind).to.equal(
      'caching-nfs',
    );
    expect(judgeNfs('/data/files', `${good}s:/y /data/fil nfs4 rw 0 0\n`).kind).to.equal('fine');
  });

  it('reads places with spaces', () => {
    const table = 's:/x /my\\040data nfs4 noac,lookupcache=none 0 0\n';
    expect(judgeNfs('/my data/files', table).kind).to.equal('fine');
  });

  it('refuses where nothing is known', () => {
    expect(judgeNfs('/data', '').kind).to.equal('caching-nfs');
  });
});

describe('judgeMount', () => {
  it('takes a local file system', async () => {
    expect(await judgeMount(tmpdir())).to.deep.equal({ kind: 'fine' });
  });
});
