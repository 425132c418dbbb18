import { expect } from 'chai';
import { ClientCommand } from '../../../src/commands/connection/client.js';
import { MAX_CLIENT_NAME_BYTES } from '../../../src/commands/connection/client-name.js';
import type { ConnectionHandle } from '../../../src/commands/context.js';
import { connection, contextOf, execute, FakeDirectory, plainNow, StoppedClock } from '../fakes.js';

describe('CLIENT', () => {
  const clock = new StoppedClock();
  let handle: ReturnType<typeof connection>;
  let other: ConnectionHandle;
  let directory: FakeDirectory;

  beforeEach(() => {
    clock.nowMs = 90_000;
    handle = connection({ openedAtMs: 10_000, lastCommandAtMs: 88_500, lastCommand: 'CLIENT' });
    other = connection({ id: 8, remoteAddress: '[2001:db8::1]:9', dialect: 'text' });
    directory = new FakeDirectory([handle, other]);
  });

  const client = (...args: string[]): unknown =>
    plainNow(execute(new ClientCommand(directory, clock), args, contextOf(handle)));

  it('ID tells the number of the connection', () => {
    expect(client('ID')).to.equal(7);
    expect(client('id')).to.equal(7);
  });

  it('SETNAME, GETNAME: a name, another, none', () => {
    expect(client('GETNAME')).to.equal(null);
    expect(client('SETNAME', 'one')).to.equal('OK');
    expect(client('GETNAME')).to.equal('one');
    expect(client('SETNAME', 'x'.repeat(MAX_CLIENT_NAME_BYTES + 1))).to.match(/^-ERR Client names/);
    expect(client('SETNAME', 'a\nb')).to.match(/^-ERR Client names cannot contain spaces/);
    expect(client('SETNAME', 'ñ')).to.match(/^-ERR Client names/);
    expect(client('GETNAME')).to.equal('one');
    expect(client('SETNAME', '')).to.equal('OK');
    expect(client('GETNAME')).to.equal(null);
  });

  it('SETINFO keeps what the library says of itself', () => {
    expect(client('SETINFO', 'LIB-NAME', 'redis-py')).to.equal('OK');
    expect(client('SETINFO', 'lib-ver', '5.0.1')).to.equal('OK');
    expect([handle.libraryName, handle.libraryVersion]).to.deep.equal(['redis-py', '5.0.1']);
    expect(client('SETINFO', 'LIB-NAME', 'a b')).to.match(/^-ERR lib-name cannot contain spaces/);
    expect(client('SETINFO', 'LIB-AGE', '3')).to.match(/^-ERR Unrecognized option 'LIB-AGE'/);
    expect(client('SETINFO', 'LIB-NAME')).to.equal(
      "-ERR wrong number of arguments for 'client|setinfo' command; " +
        'usage: CLIENT SETINFO LIB-NAME libname|LIB-VER libver',
    );
  });

  it('INFO and LIST tell who is subscribed', () => {
    handle.subscriptions.channels.add('file:a').add('lock:a');
    handle.subscriptions.patterns.add('file:*');
    expect(client('INFO')).to.contain(' flags=P db=0 sub=2 psub=1 ssub=0 ');
    expect(client('LIST', 'TYPE', 'PUBSUB')).to.match(/^id=7 [^\n]*\n$/);
    expect(client('LIST', 'TYPE', 'NORMAL')).to.match(/^id=8 [^\n]*\n$/);
  });

  it('INFO describes this connection with fields that clients know', () => {
    client('SETNAME', 'me');
    handle.protocol = 3;
    expect(client('INFO')).to.equal(
      'id=7 addr=192.0.2.1:50000 laddr=192.0.2.9:6780 name=me age=80 idle=1 flags=N db=0 sub=0 ' +
        'psub=0 ssub=0 multi=-1 cmd=client user=default redir=-1 resp=3 lib-name= lib-ver=\n',
    );
  });

  it('INFO stays one line of fields, whatever was sent as a command', () => {
    const [line] = [connection({ lastCommand: `A B\n${'C'.repeat(100_000)}` })].map((sent) =>
      plainNow(execute(new ClientCommand(directory, clock), ['INFO'], contextOf(sent))),
    );
    expect(line).to.match(/ cmd=a\?b\?c+ user=default /);
    expect(String(line).length).to.be.below(400);
  });

  const ids = (...args: string[]): string[] =>
    [...String(client('LIST', ...args)).matchAll(/^id=(\d+) .*\n/gm)].map(([, id]) => id ?? '');

  it('LIST has a line for each connection, all of them normal', () => {
    expect(ids()).to.deep.equal(['7', '8']);
    expect(ids('TYPE', 'normal')).to.deep.equal(['7', '8']);
    expect(client('LIST', 'TYPE', 'pubsub')).to.equal('');
    expect(client('LIST')).to.contain('addr=[2001:db8::1]:9 ').and.contain('cmd=NULL');
    expect(client('LIST', 'TYPE', 'foo')).to.equal("-ERR Unknown client type 'FOO'");
  });

  it('LIST ID has those that exist, each once', () => {
    expect(ids('ID', '8', '999', '8')).to.deep.equal(['8']);
    expect(client('LIST', 'ID', 'x')).to.match(/^-ERR Invalid client ID/);
    expect(client('LIST', 'ID')).to.match(/^-ERR syntax error/);
    expect(client('LIST', 'TYPE', 'normal', 'x')).to.match(/^-ERR syntax error/);
  });

  it('UNBLOCK ends a wait, and says whether there was one', () => {
    directory.waiting.add(8);
    expect(client('UNBLOCK', '8')).to.equal(1);
    expect(client('UNBLOCK', '8', 'timeout')).to.equal(0);
    expect(client('UNBLOCK', 'x')).to.match(/^-ERR value is not an integer/);
    directory.waiting.add(8);
    expect(client('UNBLOCK', '8', 'ERROR')).to.match(
      /^-ERR syntax error: 'ERROR' is none of TIMEOUT/,
    );
    expect(client('UNBLOCK', '8', 'TIMEOUT', 'x')).to.match(/^-ERR syntax error/);
    expect([...directory.waiting]).to.deep.equal([8]);
  });

  const switches: readonly (readonly [string[], RegExp])[] = [
    [['REPLY', 'ON'], /^OK$/],
    [['REPLY', 'off'], /^-ERR CLIENT REPLY OFF is not offered/],
    [['REPLY', 'SKIP'], /^-ERR CLIENT REPLY SKIP is not offered/],
    [['REPLY', 'maybe'], /^-ERR syntax error: 'MAYBE' is none of ON, OFF, SKIP$/],
    [['NO-EVICT', 'on'], /^OK$/],
    [['NO-TOUCH', 'OFF'], /^OK$/],
    [['NO-EVICT', 'x'], /^-ERR syntax error/],
    [['TRACKING', 'OFF'], /^OK$/],
    [['TRACKING', 'ON', 'BCAST'], /^-ERR client-side caching is not offered/],
    [['TRACKING', 'x'], /^-ERR syntax error/],
    [['CACHING', 'YES'], /^-ERR client-side caching is not offered/],
    [
      ['MAINT_NOTIFICATIONS', 'ON'],
      /^-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.$/,
    ],
    [['toString'], /^-ERR unknown subcommand 'toString'/],
    [['ID', 'x'], /^-ERR wrong number of arguments for 'client\|id' command; usage: CLIENT ID$/],
  ];
  for (const [args, expected] of switches) {
    it(`${args.join(' ')}: ${expected.source}`, () => {
      expect(client(...args)).to.match(expected);
    });
  }

  it('HELP shows the grammar and the purpose of every subcommand', () => {
    const lines = client('HELP') as string[];
    expect(lines.slice(0, 2)).to.deep.equal([
      'CLIENT ID',
      '    Returns the number of this connection.',
    ]);
    expect(lines).to.include('CLIENT UNBLOCK client-id [TIMEOUT]').and.include('CLIENT HELP');
  });
});
