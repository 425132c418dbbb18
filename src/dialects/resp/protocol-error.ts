/** The stream cannot be trusted, or not be read within bounds: answer once, then close. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';

  private constructor(
    readonly code: 'ERR' | 'TOOBIG',
    message: string,
  ) {
    super(message);
  }

  /** @param problem begins in Redis's own words where Redis has some: tools look for them */
  static grammar(problem: string): ProtocolError {
    return new ProtocolError('ERR', `Protocol error: ${problem}`);
  }

  static contentTooBig(maxFileBytes: number): ProtocolError {
    return new ProtocolError(
      'TOOBIG',
      `a file may have at most ${maxFileBytes} bytes (MAX_FILE_BYTES): send a smaller one, or have ` +
        'the limit raised; the connection is closed, for this content is not read',
    );
  }
}

/** A byte as an error message shows it. */
export function shown(byte: number): string {
  const printable = byte > 0x20 && byte < 0x7f;
  return printable
    ? `'${String.fromCharCode(byte)}'`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
