import { expect } from 'chai';
import { BuildInfo } from '../../../src/commands/build-info.js';
import { AuthCommand } from '../../../src/commands/connection/auth.js';
import { MAX_CLIENT_NAME_BYTES } from '../../../src/commands/connection/client-name.js';
import { HelloCommand } from '../../../src/commands/connection/hello.js';
import { SelectCommand } from '../../../src/commands/connection/select.js';
import { connection, contextOf, execute, plainNow } from '../fakes.js';

describe('HELLO', () => {
  const hello = new HelloCommand(new BuildInfo('1.2.3'));

  it('introduces the server and changes to the protocol asked for', () => {
    const handle = connection();
    const reply = execute(hello, ['3'], contextOf(handle));
    expect(reply).to.include({ kind: 'hello', protocol: 3 });
    expect(plainNow(reply)).to.deep.equal({
      server: 'candado',
      version: '1.2.3',
      proto: 3,
      id: 7,
      mode: 'standalone',
      role: 'master',
      modules: [],
    });
    expect(handle.protocol).to.equal(3);
  });

  it('keeps the protocol where none is asked for', () => {
    const reply = execute(hello, [], contextOf(connection({ protocol: 3 })));
    expect(reply).to.include({ kind: 'hello', protocol: 3 });
    expect(plainNow(reply)).to.include({ proto: 3 });
  });

  it('goes back to RESP2', () => {
    const handle = connection({ protocol: 3 });
    expect(execute(hello, ['2'], contextOf(handle))).to.include({ kind: 'hello', protocol: 2 });
    expect(handle.protocol).to.equal(2);
  });

  it('signs in the default user with any password and names the connection', () => {
    const handle = connection();
    const args = ['3', 'auth', 'default', 'x', 'SetName', 'worker-1'];
    expect(plainNow(execute(hello, args, contextOf(handle)))).to.include({ proto: 3 });
    expect(handle.clientName).to.equal('worker-1');
  });

  const refusals: readonly (readonly [string[], RegExp])[] = [
    [['4'], /^-NOPROTO unsupported protocol version/],
    [['1'], /^-NOPROTO/],
    [['-3'], /^-NOPROTO/],
    [['three'], /^-ERR Protocol version is not an integer/],
    [['3', 'SETNAME'], /^-ERR Syntax error in HELLO option 'SETNAME'/],
    [['3', 'AUTH', 'default'], /^-ERR Syntax error in HELLO option 'AUTH'/],
    [['3', 'SETNAME', 'a b'], /^-ERR Client names cannot contain spaces/],
    [['3', 'SETNAME', 'name', 'AUTH', 'admin', 'hunter2'], /^-NOPERM no users are configured/],
    [['3', 'SETNAME', 'name', 'X\r\nY'], /^-ERR Syntax error in HELLO option 'X\?\?Y'/],
  ];
  for (const [args, expected] of refusals) {
    it(`refuses ${JSON.stringify(args)} and changes nothing`, () => {
      const handle = connection({ clientName: 'before' });
      const reply = execute(hello, args, contextOf(handle));
      expect(plainNow(reply)).to.match(expected).and.not.contain('hunter2');
      expect(reply).to.include({ kind: 'error' });
      expect([handle.protocol, handle.clientName]).to.deep.equal([2, 'before']);
    });
  }

  it('takes a name of the longest length and no longer', () => {
    const named = (length: number) =>
      plainNow(execute(hello, ['2', 'SETNAME', 'n'.repeat(length)]));
    expect(named(MAX_CLIENT_NAME_BYTES)).to.include({ proto: 2 });
    expect(named(MAX_CLIENT_NAME_BYTES + 1)).to.match(/^-ERR Client names/);
  });
});

describe('AUTH', () => {
  const auth = new AuthCommand();
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['default', 'x'], /^OK$/],
    [['hunter2'], /^-ERR AUTH .*without any password configured for the default user/],
    [['admin', 'hunter2'], /^-NOPERM no users are configured/],
    [['a', 'b', 'c'], /^-ERR wrong number of arguments for 'auth' command/],
  ];
  for (const [args, expected] of cases) {
    it(`${JSON.stringify(args)}: ${expected.source}`, () => {
      expect(plainNow(execute(auth, args)))
        .to.match(expected)
        .and.not.contain('hunter2');
    });
  }
});

describe('SELECT', () => {
  const cases = [
    ['0', /^OK$/],
    ['1', /^-ERR DB index is out of range/],
    ['-1', /^-ERR DB index is out of range/],
    ['x', /^-ERR value is not an integer/],
    ['', /^-ERR value is not an integer/],
  ] as const;
  for (const [index, expected] of cases) {
    it(`"${index}": ${expected.source}`, () => {
      expect(plainNow(execute(new SelectCommand(), [index]))).to.match(expected);
    });
  }
});
