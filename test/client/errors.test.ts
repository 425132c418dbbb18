import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CandadoError, ERROR_CODES } from '../../src/client/errors.js';
import { ERROR_CODES as SERVER_CODES } from '../../src/commands/error-codes.js';

describe('client/errors', () => {
  it('knows every code that the server has', () => {
    expect(ERROR_CODES).to.include.members(Object.keys(SERVER_CODES));
  });

  it('calls retryable what the server says may be tried again as it is', () => {
    const again = Object.entries(SERVER_CODES)
      .filter(([, { retry }]) => /^(yes|later)/.test(retry))
      .map(([code]) => code);
    const retryable = Object.keys(SERVER_CODES).filter(
      (code) => new CandadoError(code, '').retryable,
    );
    expect(retryable).to.have.members(again);
  });

  it('tells apart who is busy, who is too late and who is away', () => {
    const advice = (code: string): string => new CandadoError(code, '').retry;
    expect(['LOCKED', 'FENCED', 'UNAVAILABLE'].map(advice)).to.deep.equal([
      'later',
      'after-lock',
      'later',
    ]);
    const page = readFileSync(new URL('../../../docs/client.md', import.meta.url), 'utf8');
    for (const code of ERROR_CODES) {
      expect(page, code).to.match(new RegExp(`\\| .*\`${code}\`.* \\| \`${advice(code)}\` \\|`));
    }
  });

  it('takes a code it does not know for one that is not worth a retry', () => {
    expect(new CandadoError('NEWER', 'x')).to.include({
      code: 'NEWER',
      retryable: false,
      retry: 'never',
    });
  });
});
