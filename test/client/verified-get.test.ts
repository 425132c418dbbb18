import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { expect } from 'chai';
import {
  type CandadoClient,
  ChecksumDiffers,
  type VerifiedStream,
} from '../../src/client/index.js';
import { rejection } from '../support/rejection.js';
import { breakingOff, fileAnswers, statOf } from '../support/scripted-file.js';
import type { Answer, Seen } from '../support/scripted-server.js';
import { withSession } from './support.js';

const CONTENT = 'hello world';
const { STAT, GET } = fileAnswers(CONTENT);

async function open(
  client: CandadoClient,
  options: Parameters<CandadoClient['getVerified']>[1] = {},
): Promise<VerifiedStream> {
  return (await client.getVerified('a', options)) ?? expect.fail('there should be a content');
}

async function read(stream: VerifiedStream): Promise<string> {
  return (await stream.toArray()).join('');
}

describe('client: verified contents', () => {
  it('asks for exactly the version that was looked up', async () => {
    await withSession({ STAT, GET }, async ({ client, server }) => {
      const stream = await open(client);
      expect(stream.stat).to.include({ version: 3, size: 11 });
      expect(await read(stream)).to.equal(CONTENT);
      expect(server.requests).to.deep.equal(['STAT a', 'GET a VERSION 3']);
    });
  });

  it('gives an empty content', async () => {
    const answers = { STAT: () => statOf('', 1), GET: () => '$0\r\n\r\n' };
    await withSession(answers, async ({ client }) => {
      expect(await read(await open(client))).to.equal('');
    });
  });

  it('is null where there is no such file or version', async () => {
    await withSession({ STAT: () => '_\r\n' }, async ({ client, server }) => {
      expect(await client.getVerified('a', { version: 2 })).to.equal(null);
      expect(server.requests).to.deep.equal(['STAT a VERSION 2']);
    });
  });

  it('fails instead of ending where a byte is another one', async () => {
    const damaged: Answer = () => '$11\r\nhello_world\r\n';
    await withSession({ STAT, GET: damaged }, async ({ client }) => {
      const stream = await open(client);
      const received: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => received.push(chunk));
      const error = await rejection(finished(stream));
      expect(error).to.be.instanceOf(ChecksumDiffers);
      expect(error.message).to.include('version 3 of "a"');
      expect(Buffer.concat(received).toString()).to.equal('hello_world');
      expect(stream.readableEnded).to.equal(false);
      await client.ping();
    });
  });

  it('looks again where the version was pruned meanwhile', async () => {
    let looked = 2;
    const answers = {
      STAT: () => {
        looked += 1;
        return statOf(CONTENT, looked);
      },
      GET: (seen: Seen) => (seen.args[2] === '3' ? '_\r\n' : GET(seen)),
    };
    await withSession(answers, async ({ client, server }) => {
      expect(await read(await open(client))).to.equal(CONTENT);
      expect(server.requests.at(-1)).to.equal('GET a VERSION 4');
    });
  });

  it('does not look for ever', async () => {
    await withSession({ STAT, GET: () => '_\r\n' }, async ({ client, server }) => {
      const error = await rejection(client.getVerified('a'));
      expect(error).to.include({ code: 'PRUNED', retryable: true });
      expect(server.requests).to.have.length(10);
    });
  });

  it('goes on where it was when the connection breaks', async () => {
    await withSession({ STAT, GET: breakingOff(CONTENT, 2, 4) }, async ({ client, server }) => {
      expect(await read(await open(client))).to.equal(CONTENT);
      expect(server.requests).to.deep.equal([
        'STAT a',
        'GET a VERSION 3',
        'GET a VERSION 3 RANGE 4 7',
        'GET a VERSION 3 RANGE 8 3',
      ]);
    });
  });

  it('gives up where connections break and nothing comes', async () => {
    await withSession({ STAT, GET: breakingOff(CONTENT, 100, 0) }, async ({ client, server }) => {
      const error = await rejection(read(await open(client)));
      expect(error.code).to.equal('CONNECTIONLOST');
      expect(server.requests.filter((request) => request.startsWith('GET'))).to.have.length(4);
    });
  });

  it('says so where the version is gone when it goes on', async () => {
    const first = breakingOff(CONTENT, 1, 4);
    const answers = { STAT, GET: (seen: Seen) => (seen.args[4] ? '_\r\n' : first(seen)) };
    await withSession(answers, async ({ client }) => {
      const error = await rejection(read(await open(client)));
      expect(error.code).to.equal('PRUNED');
      expect(error.message).to.include('after 4 bytes');
    });
  });

  it('asks only for what is not here yet, and checks both together', async () => {
    const begun =
      (text: string) =>
      async (): Promise<{
        bytes: number;
        hash: ReturnType<typeof createHash>;
      }> => ({ bytes: text.length, hash: createHash('sha256').update(text) });
    await withSession({ STAT, GET }, async ({ client, server }) => {
      const stream = await open(client, { resume: begun('hello') });
      expect(await read(stream)).to.equal(' world');
      expect(server.requests.at(-1)).to.equal('GET a VERSION 3 RANGE 5 6');
      const damaged = await open(client, { resume: begun('HELLO') });
      expect(await rejection(read(damaged))).to.be.instanceOf(ChecksumDiffers);
      const tooLong = client.getVerified('a', { resume: begun('hello world!') });
      expect(await rejection(tooLong)).to.be.instanceOf(RangeError);
    });
  });

  it('lets the rest pass when it is destroyed, and the next answer is right', async () => {
    await withSession({ STAT, GET: () => '$11\r\nhello' }, async ({ client, server }) => {
      const stream = await open(client);
      await once(stream, 'data');
      stream.destroy();
      const { socket } = await server.request('GET');
      socket.write(' world\r\n');
      await client.ping();
      expect(server.connections).to.equal(1);
    });
  });
});
