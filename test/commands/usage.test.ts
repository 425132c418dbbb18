import { expect } from 'chai';
import { BuildInfo } from '../../src/commands/build-info.js';
import { ClientCommand } from '../../src/commands/connection/client.js';
import { HelloCommand } from '../../src/commands/connection/hello.js';
import { ConfigCommand } from '../../src/commands/server/config.js';
import { TimeCommand } from '../../src/commands/time/time.js';
import { usageOf } from '../../src/commands/usage.js';
import { FakeDirectory, StoppedClock } from './fakes.js';

describe('usageOf', () => {
  const clock = new StoppedClock();
  const client = new ClientCommand(new FakeDirectory([]), clock).spec.subcommands ?? [];
  const config = new ConfigCommand().spec.subcommands ?? [];
  const cases = [
    [new TimeCommand(clock).spec, 'TIME [t1]'],
    [
      new HelloCommand(new BuildInfo('1.0.0')).spec,
      'HELLO [protover [AUTH username password] [SETNAME clientname]]',
    ],
    [
      client.find((spec) => spec.name === 'CLIENT|LIST'),
      'CLIENT LIST [TYPE NORMAL|MASTER|REPLICA|PUBSUB] [ID client-id [client-id ...]]',
    ],
    [
      client.find((spec) => spec.name === 'CLIENT|SETINFO'),
      'CLIENT SETINFO LIB-NAME libname|LIB-VER libver',
    ],
    [
      config.find((spec) => spec.name === 'CONFIG|SET'),
      'CONFIG SET parameter value [parameter value ...]',
    ],
  ] as const;
  for (const [spec, usage] of cases) {
    it(usage, () => {
      expect(spec === undefined ? undefined : usageOf(spec)).to.equal(usage);
    });
  }
});
