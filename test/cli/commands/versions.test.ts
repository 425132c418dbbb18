import { expect } from 'chai';
import { CapturedIo, type Ran, run } from '../../support/captured-io.js';
import { bulk, sha256, statOf } from '../../support/scripted-file.js';
import { type Answer, ScriptedServer } from '../../support/scripted-server.js';
import { grant, map } from '../../support/session-script.js';

/** Versions of `a` from 1 on; undefined is a deletion. */
function versionsOf(...contents: readonly (string | Buffer | undefined)[]): Record<string, Answer> {
  const content = (version: string | undefined) => contents[Number(version) - 1];
  const entries = contents.map((each, at) =>
    map({
      version: at + 1,
      size: Buffer.byteLength(each ?? ''),
      sha256: each === undefined ? '' : sha256(each),
      modified: 1_700_000_000_123_456,
      session: 's1',
      token: at + 7,
      deleted: each === undefined ? 1 : 0,
    }),
  );
  return {
    HISTORY: ({ args }) => {
      const newest = entries.toReversed().slice(0, args[2] === undefined ? 9 : Number(args[2]));
      return `*${newest.length}\r\n${newest.join('')}`;
    },
    STAT: ({ args }) => statOf(content(args[2]) ?? '', Number(args[2])),
    GET: ({ args }) => bulk(content(args[2]) ?? ''),
  };
}

async function asked(
  answers: Readonly<Record<string, Answer>>,
  argv: readonly string[],
  io = new CapturedIo(),
): Promise<Ran & { requests: readonly string[] }> {
  await using server = await ScriptedServer.start(answers);
  const ran = await run([...argv, '--port', String(server.port)], io);
  return { ...ran, requests: server.requests };
}

describe('candado history', () => {
  it('lists versions, newest first, and who wrote them', async () => {
    const { code, out } = await asked(versionsOf('one', undefined), ['history', 'a']);
    expect(code).to.equal(0);
    expect(out.split('\n').map((line) => line.trim().split(/ {2,}/))).to.deep.equal([
      ['VERSION', 'SIZE', 'MODIFIED', 'SHA256', 'TOKEN', 'SESSION'],
      ['2', '-', '2023-11-14T22:13:20.123456Z', 'deleted', '8', 's1'],
      ['1', '3', '2023-11-14T22:13:20.123456Z', sha256('one').slice(0, 12), '7', 's1'],
      [''],
    ]);
  });

  it('prints one JSON object a line, of as many as are asked for', async () => {
    const argv = ['history', 'a', '--json', '--count', '1'];
    const { out, requests } = await asked(versionsOf('one', 'two'), argv);
    expect(requests).to.deep.equal(['HISTORY a COUNT 1']);
    expect(JSON.parse(out)).to.include({ version: 2, sha256: sha256('two'), deleted: false });
  });

  it('exits with 3 where there never was such a file', async () => {
    expect(await asked(versionsOf(), ['history', 'a'])).to.include({ code: 3, out: '' });
  });
});

describe('candado restore', () => {
  const LOCK = (): string => grant();
  const UNLOCK = (): string => '+OK\r\n';

  it('locks, publishes the older version, and so unlocks', async () => {
    const answers = { LOCK, RESTORE: () => ':5\r\n' };
    const { code, out, requests } = await asked(answers, ['restore', 'a', '3', '--wait', '50']);
    expect([code, out]).to.deep.equal([0, 'a is at version 5 now, a copy of 3\n']);
    expect(requests).to.deep.equal(['LOCK a WAIT 50', 'RESTORE a 3 ID #1']);
  });

  it('does without a lock for a named version', async () => {
    const argv = ['restore', 'a', '3', '--if-version', '4'];
    const { requests } = await asked({ RESTORE: () => ':5\r\n' }, argv);
    expect(requests).to.deep.equal(['RESTORE a 3 VERSION 4 ID #1']);
  });

  it('exits with 3, and unlocks, where that version is not kept', async () => {
    const answers = { LOCK, UNLOCK, RESTORE: () => '_\r\n' };
    const { code, err, requests } = await asked(answers, ['restore', 'a', '3']);
    expect(code).to.equal(3);
    expect(err).to.match(/no content of version 3 of a: `candado history a`/);
    expect(requests.at(-1)).to.equal('UNLOCK a');
  });

  it('exits with 7 where what is stored of it is damaged', async () => {
    const answers = { LOCK, UNLOCK, RESTORE: () => '-CORRUPT it is damaged\r\n' };
    const { code, err } = await asked(answers, ['restore', 'a', '3']);
    expect(code).to.equal(7);
    expect(err).to.match(/it is damaged\n {2}see with `candado history NAME`/);
  });
});

describe('candado diff', () => {
  it('shows what the current version changed, and exits with 1', async () => {
    const { code, out } = await asked(versionsOf('x\n', 'one\n', 'two\n'), ['diff', 'a']);
    expect(code).to.equal(1);
    expect(out).to.equal(
      '--- a\tversion 2, 2023-11-14T22:13:20.123456Z\n' +
        '+++ a\tversion 3, 2023-11-14T22:13:20.123456Z\n@@ -1,1 +1,1 @@\n-one\n+two\n',
    );
  });

  it('compares a version with the current one, and any two', async () => {
    const versions = versionsOf('one\n', 'two\n', 'three\n');
    expect((await asked(versions, ['diff', 'a', '1'])).out).to.match(/-one\n\+three\n$/);
    expect((await asked(versions, ['diff', 'a', '2', '1'])).out).to.match(/-two\n\+one\n$/);
  });

  it('prints nothing and exits with 0 where they are the same', async () => {
    const { code, out, err } = await asked(versionsOf('one', 'two', 'one'), ['diff', 'a', '1']);
    expect([code, out, err]).to.deep.equal([0, '', '']);
  });

  it('compares a deletion as nothing at all', async () => {
    const { code, out } = await asked(versionsOf('one\n', undefined), ['diff', 'a']);
    expect(code).to.equal(1);
    expect(out).to.match(/^--- a\t.*\n\+\+\+ \/dev\/null\t.*deleted\n@@ -1,1 \+0,0 @@\n-one\n$/);
  });

  it('says of what is no text only that it differs', async () => {
    const { code, out } = await asked(versionsOf(Buffer.from([0]), Buffer.from([1])), [
      'diff',
      'a',
    ]);
    expect(code).to.equal(1);
    expect(out).to.match(/^a is no text; version 1, .*, and version 2, .*, differ\n$/);
  });

  it('exits with 3 where there is no such version', async () => {
    const versions = versionsOf('one');
    expect(await asked(versionsOf(), ['diff', 'a'])).to.include({ code: 3 });
    const missing = await asked(versions, ['diff', 'a', '1', '4']);
    expect(missing.code).to.equal(3);
    expect(missing.err).to.match(/no version 4 of a is kept/);
    const first = await asked(versions, ['diff', 'a']);
    expect(first.code).to.equal(3);
    expect(first.err).to.match(/no version before the current one of a is kept/);
  });

  it('exits with 2, and fetches nothing, where a version is too large', async () => {
    const large = versionsOf('one', 'x'.repeat(8 * 1024 * 1024 + 1));
    const { code, err, requests } = await asked(large, ['diff', 'a']);
    expect(code).to.equal(2);
    expect(err).to.match(/version 2 has 8\.0 MiB, too many to compare line by line/);
    expect(err).not.to.match(/--help/);
    expect(requests).to.deep.equal(['HISTORY a']);
  });

  it('exits with 2 where it is 1 elsewhere: that means that they differ', async () => {
    const refused = { HISTORY: () => '-TOOBIG no\r\n' };
    expect(await asked(refused, ['diff', 'a'])).to.include({ code: 2 });
  });

  it('has colours on a terminal, where contents cannot steer it', async () => {
    const versions = versionsOf('one\ttab\n', '\u001b[2Jtwo\u0007\n');
    const coloured = await asked(versions, ['diff', 'a'], new CapturedIo({ tty: true }));
    expect(coloured.out).to.include('\u001b[31m-one\ttab\u001b[39m');
    expect(coloured.out).to.include('\u001b[32m+two?\u001b[39m');
    const env = { NO_COLOR: '1' };
    const plain = await asked(versions, ['diff', 'a'], new CapturedIo({ tty: true, env }));
    expect(plain.out).to.include('\n-one\ttab\n+two?\n');
  });
});
