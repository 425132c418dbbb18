import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { EXIT_CODES, ExitCode, exitCodeOf } from '../../src/cli/exit-codes.js';

describe('cli/exit-codes', () => {
  it('are numbered without gaps', () => {
    expect(EXIT_CODES.map(({ code }) => code)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(ExitCode).to.include({ ok: 0, usage: 2, unavailable: 6 });
  });

  it('follow the code of the error', () => {
    expect(
      ['TIMEOUT', 'FENCED', 'UNREACHABLE', 'CHECKSUM', 'CORRUPT', 'NEWER'].map(exitCodeOf),
    ).to.deep.equal([4, 5, 6, 7, 7, 1]);
  });

  it('stand in the documentation as they are', () => {
    const docs = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
    for (const { code, means } of EXIT_CODES) expect(docs).to.include(`| ${code} | ${means} |`);
  });
});
