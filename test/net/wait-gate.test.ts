import { expect } from 'chai';
import { WaitGate } from '../../src/net/wait-gate.js';

describe('WaitGate', () => {
  let gate: WaitGate;

  beforeEach(() => {
    gate = new WaitGate();
  });

  it('ends the present wait, and not the next one', () => {
    const { signal } = gate;
    gate.interrupt('unblocked');
    expect([signal.aborted, signal.reason]).to.deep.equal([true, 'unblocked']);
    expect(gate.signal.aborted).to.equal(false);
  });

  it('has nothing to interrupt where nobody waits', () => {
    gate.interrupt('unblocked');
    expect(gate.signal.aborted).to.equal(false);
  });

  it('is one signal for all who wait at the same time', () => {
    expect(gate.signal).to.equal(gate.signal);
  });

  it('ends every later wait once it is closed, for the first reason', () => {
    const { signal } = gate;
    gate.close('draining');
    gate.close('left');
    gate.interrupt('unblocked');
    expect(signal.reason).to.equal('draining');
    expect([gate.signal.aborted, gate.signal.reason]).to.deep.equal([true, 'draining']);
  });

  it('may be closed before anybody waits', () => {
    gate.close('left');
    expect([gate.signal.aborted, gate.signal.reason]).to.deep.equal([true, 'left']);
  });
});
