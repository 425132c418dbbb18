import { expect } from 'chai';
import type { CliParts } from '../../../src/cli/index.js';
import { CapturedIo, NO_SERVER, type Ran, run } from '../../support/captured-io.js';

async function serve(
  ...argv: string[]
): Promise<Ran & { flags: Readonly<Record<string, string>> | undefined }> {
  let flags: Readonly<Record<string, string>> | undefined;
  const parts: CliParts = {
    settings: () =>
      Promise.resolve([
        { flag: 'port', help: 'TCP port of the service.' },
        { flag: 'redis-url', help: 'Where the locks are kept.' },
      ]),
    serve: (given) => {
      flags = given;
      return Promise.resolve(42);
    },
  };
  const ran = await run(['serve', ...argv], new CapturedIo({ env: { CANDADO_PORT: 'x' } }), parts);
  return { ...ran, flags };
}

describe('candado serve', () => {
  it('exits as the server does', async () => {
    expect(await serve()).to.deep.include({ code: 42, flags: {} });
  });

  it('hands flags on as texts, the last one of each, known or not', async () => {
    const { flags } = await serve(
      '--port',
      '0007',
      '--redis-url=redis://x',
      '--new-flag',
      '1',
      '--port',
      '08',
    );
    expect(flags).to.deep.equal({ port: '08', 'redis-url': 'redis://x', 'new-flag': '1' });
  });

  it('takes a flag without a value for yes where it knows no better', async () => {
    expect((await serve('--allow-it')).flags).to.deep.equal({ 'allow-it': 'true' });
  });

  it('refuses a known flag without its value', async () => {
    expect(await serve('--redis-url')).to.deep.include({ code: 2, flags: undefined });
  });

  it('refuses stray words', async () => {
    const { code, err, flags } = await serve('7000');
    expect([code, flags]).to.deep.equal([2, undefined]);
    expect(err).to.match(/"7000"/);
  });

  it('shows every setting in its help, and starts nothing', async () => {
    const { code, out, flags } = await serve('--help');
    expect([code, flags]).to.deep.equal([0, undefined]);
    expect(out).to.match(/--redis-url +Where the locks are kept\./);
  });

  it('completes its flags in a shell', async () => {
    const asked = ['--get-yargs-completions', 'candado', 'serve', '--red'];
    const { out } = await run(asked, new CapturedIo(), {
      ...NO_SERVER,
      settings: () => Promise.resolve([{ flag: 'redis-url', help: 'Where the locks are kept.' }]),
    });
    expect(out).to.match(/^--redis-url/m);
  });

  it('leaves the settings of the server alone for every other command', async () => {
    const parts: CliParts = {
      ...NO_SERVER,
      settings: () => Promise.reject(new Error('the settings were loaded')),
    };
    expect(await run(['get', '--help'], new CapturedIo(), parts)).to.include({ code: 0, err: '' });
  });
});
