import { expect } from 'chai';
import { slotOf } from '../../../src/redis/cluster/slot.js';
import { Topology } from '../../../src/redis/cluster/topology.js';

const REPLY = [
  [0, 100, ['10.0.0.1', 7000, 'id-a', []], ['10.0.0.4', 7003, 'id-d', ['hostname', 'd']]],
  [101, 16_000, ['fd00::2', 7001, 'id-b', []]],
  [16_001, 16_382, ['10.0.0.1', 7000, 'id-a', []]],
];

describe('Topology', () => {
  it('knows who has which slot, and who belongs to the cluster', () => {
    const topology = Topology.parse(REPLY, 'asked');
    expect(
      [0, 100, 101, 16_000, 16_001, 16_383].map((slot) => topology.ownerOf(slot)),
    ).to.deep.equal([
      '10.0.0.1:7000',
      '10.0.0.1:7000',
      '[fd00::2]:7001',
      '[fd00::2]:7001',
      '10.0.0.1:7000',
      undefined,
    ]);
    expect([...topology.masters]).to.deep.equal([
      ['10.0.0.1:7000', { host: '10.0.0.1', port: 7000 }],
      ['[fd00::2]:7001', { host: 'fd00::2', port: 7001 }],
    ]);
    expect([...topology.members.keys()]).to.have.members([
      '10.0.0.1:7000',
      '10.0.0.4:7003',
      '[fd00::2]:7001',
    ]);
  });

  it('takes the server that was asked for one that has no name, and leaves out unknown ones', () => {
    const topology = Topology.parse(
      [
        [0, 1, [null, 7000, 'id']],
        [2, 3, ['', 7001, 'id']],
        [4, 5, ['?', 7002, 'id']],
      ],
      'asked',
    );
    expect([...topology.masters.keys()]).to.deep.equal(['asked:7000', 'asked:7001']);
    expect(topology.ownerOf(4)).to.equal(undefined);
  });

  it('has a hash tag for each master, the same wherever it is asked', () => {
    const tags = Topology.parse(REPLY, 'asked').tags();
    const topology = Topology.parse([...REPLY].reverse(), 'asked');
    expect([...topology.tags()].sort()).to.deep.equal([...tags].sort());
    for (const [master, tag] of tags) {
      expect(topology.ownerOf(slotOf(`key:{${tag}}`))).to.equal(master);
    }
    expect([...tags.keys()]).to.have.members([...topology.masters.keys()]);
  });

  it('follows a slot that moved', () => {
    const topology = Topology.parse(REPLY, 'asked');
    topology.moved(50, '[fd00::2]:7001');
    expect(topology.ownerOf(50)).to.equal('[fd00::2]:7001');
    expect(topology.ownerOf(51)).to.equal('10.0.0.1:7000');
  });

  it('refuses what is no answer to the question', () => {
    expect(() => Topology.parse([['a']], 'asked')).to.throw();
  });
});
