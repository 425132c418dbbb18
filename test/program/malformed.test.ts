import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type RunningServer, startServer } from '../support/server-fixture.js';

const BATCHES = 200;
const PING = '*1\r\n$4\r\nPING\r\n';
const PONG_WITHIN_MS = 2_000;
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024;
const CONNECTIONS_A_BATCH = 8;

/** A small generator with a seed, so that a failing batch can be repeated (xorshift32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const CRAFTED: readonly (string | Buffer)[] = [
  '*-2\r\n',
  '*99999999999\r\n',
  '*2147483648\r\n$4\r\nPING\r\n',
  '*1\r\n$-5\r\nPING\r\n',
  '*1\r\n$99999999999999\r\n',
  '*3\r\n$3\r\nPUT\r\n$1\r\na\r\n$9999999999999\r\nxxxx',
  '*3\r\n$3\r\nPUT\r\n$1\r\na\r\n$100000\r\nshort',
  '*1\r\n$4\r\nPINGxx',
  '*x\r\n',
  `*1\r\n$${'9'.repeat(100_000)}`,
  '*2\r\n$3\r\nGET\r\n$13\r\n../etc/passwd\r\n',
  '*2\r\n$3\r\nGET\r\n$11\r\n/etc/passwd\r\n',
  '*2\r\n$4\r\nLOCK\r\n$17\r\n.candado/files/xx\r\n',
  '*2\r\n$3\r\nGET\r\n$5\r\na\u0000b/c\r\n',
  '*2\r\n$4\r\nLIST\r\n$14\r\n**************\r\n',
  '*2\r\n$4\r\nLIST\r\n$20\r\n{{{{((((+(+(+(a)))))\r\n',
  '*3\r\n$6\r\nCLIENT\r\n$4\r\nKILL\r\n$-1\r\n',
  'GET ../../etc/passwd\n',
  'LOCK ..\n',
  'PUT data.txt -1\n',
  'PUT data.txt 99999999999999999999\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'POST /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
  Buffer.from('16030100f5010000f10303', 'hex'),
  Buffer.from('0d0a0d0a000d0a515549540a2111000c', 'hex'),
  'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n',
  '\0'.repeat(10_000),
  '*'.repeat(10_000),
  '\r\n'.repeat(5_000),
];

function randomBytes(random: (below: number) => number): Buffer {
  const bytes = Buffer.alloc(1 + random(4_096));
  for (let at = 0; at < bytes.length; at++) bytes[at] = random(256);
  if (random(2) === 0) bytes[0] = 0x2a;
  return bytes;
}

/** Takes a sound request and breaks one place of it. */
function mutated(random: (below: number) => number): Buffer {
  const sound = Buffer.from(
    '*5\r\n$3\r\nPUT\r\n$8\r\ndata.txt\r\n$5\r\nhello\r\n$7\r\nVERSION\r\n$1\r\n0\r\n',
  );
  const at = random(sound.length);
  if (random(3) === 0) return sound.subarray(0, at);
  sound[at] = random(256);
  return sound;
}

async function send(port: number, bytes: string | Buffer, abrupt: boolean): Promise<void> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  if (abrupt) {
    socket.write(bytes, () => socket.resetAndDestroy());
  } else {
    socket.end(bytes);
  }
  await closed;
}

async function ping(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write(PING);
    const [reply] = await once(socket, 'data', { signal: AbortSignal.timeout(PONG_WITHIN_MS) });
    return String(reply);
  } finally {
    socket.destroy();
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

describe('Malformed input', function () {
  this.timeout(120_000);
  let server: RunningServer;

  before(async () => {
    server = await startServer({});
  });

  after(async () => {
    await server.stop();
  });

  it(`of ${BATCHES} batches neither stops it nor makes it grow`, async () => {
    for (let batch = 0; batch < BATCHES; batch++) {
      const random = randomFrom(batch + 1);
      const sends = Array.from({ length: CONNECTIONS_A_BATCH }, () => {
        const kind = random(3);
        const crafted = CRAFTED[random(CRAFTED.length)] ?? '';
        const bytes = kind === 0 ? crafted : kind === 1 ? randomBytes(random) : mutated(random);
        return send(server.port, bytes, random(4) === 0);
      });
      await Promise.all(sends);
      expect(await ping(server.port), `after the batch of seed ${batch + 1}`).to.equal('+PONG\r\n');
    }
    expect(await residentBytes(server.pid)).to.be.below(MAX_RESIDENT_BYTES);
  });

  for (const crafted of CRAFTED) {
    it(`survives ${JSON.stringify(String(crafted).slice(0, 40))}`, async () => {
      await send(server.port, crafted, false);
      expect(await ping(server.port)).to.equal('+PONG\r\n');
    });
  }
});
