import { expect } from 'chai';
import { BuildInfo } from '../../../src/commands/build-info.js';
import { CommandTally } from '../../../src/commands/command-tally.js';
import { ConfigCommand } from '../../../src/commands/server/config.js';
import { InfoCommand } from '../../../src/commands/server/info.js';
import { connection, contextOf, execute, FakeDirectory, plainNow, StoppedClock } from '../fakes.js';

describe('INFO', () => {
  const clock = new StoppedClock();
  const tally = new CommandTally();
  const handle = connection({ localAddress: '[::1]:6780' });
  const directory = new FakeDirectory([handle, connection({ id: 8 })]);
  let info: InfoCommand;

  beforeEach(() => {
    clock.nowMs = 5_000;
    info = new InfoCommand(new BuildInfo('1.2.3'), directory, tally, clock);
  });

  const ask = (...sections: string[]): string =>
    String(plainNow(execute(info, sections, contextOf(handle))));

  it('has what client libraries look for', () => {
    const text = ask();
    for (const line of [
      'redis_version:7.0.0',
      'loading:0',
      'role:master',
      'redis_mode:standalone',
    ]) {
      expect(text).to.contain(`\r\n${line}\r\n`);
    }
    expect(text).to.contain('candado_version:1.2.3\r\n').and.contain('tcp_port:6780\r\n');
  });

  it('is lines of field:value under titles, sections parted by an empty line', () => {
    const sections = ask().split('\r\n\r\n');
    expect(sections.map((section) => section.split('\r\n')[0])).to.deep.equal([
      '# Server',
      '# Clients',
      '# Memory',
      '# Persistence',
      '# Stats',
      '# Replication',
    ]);
    for (const section of sections) {
      const [, ...lines] = section.trimEnd().split('\r\n');
      for (const line of lines) expect(line).to.match(/^[a-z_]+:\S.*$/);
    }
  });

  it('counts what happened until now', () => {
    clock.nowMs += 90_061_500;
    tally.count(false, 1);
    tally.count(true, 1);
    const text = ask('everything');
    for (const line of [
      'uptime_in_seconds:90061',
      'uptime_in_days:1',
      'connected_clients:2',
      'total_commands_processed:2',
      'total_error_replies:1',
      'server_time_usec:1700000000000000',
    ]) {
      expect(text).to.contain(`${line}\r\n`);
    }
    expect(Number(/used_memory_rss:(\d+)/.exec(text)?.[1])).to.be.above(1_000_000);
  });

  it('answers only the sections asked for, none for an unknown one', () => {
    expect(ask('CLIENTS')).to.equal('# Clients\r\nconnected_clients:2\r\n');
    expect(ask('stats', 'clients').match(/^# .*/gm)).to.deep.equal(['# Clients', '# Stats']);
    expect(ask('nosuch')).to.equal('');
    expect(ask('constructor')).to.equal('');
    expect(ask('nosuch', 'default').match(/^# .*/gm)).to.deep.equal(ask().match(/^# .*/gm));
  });
});

describe('CONFIG', () => {
  const ask = (...args: string[]): unknown => plainNow(execute(new ConfigCommand(), args));

  it('GET knows the few settings that tools ask for', () => {
    expect(ask('GET', 'save')).to.deep.equal({ save: '' });
    expect(ask('GET', 'AppendOnly', 'databases')).to.deep.equal({
      appendonly: 'no',
      databases: '1',
    });
    expect(ask('GET', 'maxmemory')).to.deep.equal({});
    expect(ask('GET', '*')).to.have.keys('appendonly', 'databases', 'save');
  });

  it('SET is refused', () => {
    expect(ask('SET', 'save', '60 1')).to.match(/^-ERR CONFIG SET is not offered/);
    expect(ask('REWRITE')).to.equal("-ERR unknown subcommand 'REWRITE'. Try CONFIG HELP.");
    expect(ask('GET')).to.match(/^-ERR wrong number of arguments for 'config\|get'/);
  });
});
