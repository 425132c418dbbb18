import { expect } from 'chai';
import { recognise, type Word } from '../../../src/dialects/text/command-line.js';
import { MAX_COMMAND_LINE_BYTES } from '../../../src/dialects/text/limits.js';

const ALL: ReadonlySet<Word> = new Set(['TIME', 'GET', 'LOCK', 'PUT', 'BYE', 'EXIT']);

const seen = (text: string, inPieces = false, ended = false, words = ALL): string => {
  const found = recognise(Buffer.from(text), words, inPieces, ended);
  if (found.kind !== 'command') return found.kind;
  const { line, length, lineBreak } = found;
  const name = 'name' in line ? ` [${line.name}]` : '';
  const size = line.word === 'PUT' ? ` ${line.size}` : '';
  return `${line.word}${name}${size} ${length}${lineBreak ? ' break' : ''}`;
};

describe('A command line', () => {
  it('is one of the exact words, with or without a line break', () => {
    for (const word of ['TIME', 'BYE', 'EXIT']) {
      expect(seen(word)).to.equal(`${word} ${word.length}`);
      expect(seen(`${word}\n`)).to.equal(`${word} ${word.length + 1} break`);
      expect(seen(`${word}\r\n`)).to.equal(`${word} ${word.length + 2} break`);
      expect(seen(`${word}\nwhat follows`)).to.equal(`${word} ${word.length + 1} break`);
    }
  });

  for (const text of [
    'time',
    'Time',
    ' TIME',
    'TIME ',
    'TIME now',
    'TIMES',
    'TIM',
    'T',
    'TIME\r',
    '\nTIME',
    '\n',
    '\r\n',
    'bye',
    'BYE.',
    'GET',
    'LOCK',
    'GET\n',
    'get a',
    'lock a',
    'GETa',
    '\tGET a',
    'PUT',
    'PUT\n',
    'put a 1\n',
    'Hola servidor',
    'HELLO',
    '\u0000',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      expect(seen(text)).to.equal('text');
    });
  }

  it('has everything behind the first space as its name', () => {
    expect(seen('GET data.txt')).to.equal('GET [data.txt] 12');
    expect(seen('LOCK data.txt\n')).to.equal('LOCK [data.txt] 14 break');
    expect(seen('LOCK data.txt\r\n')).to.equal('LOCK [data.txt] 15 break');
    expect(seen('GET a b  c \n')).to.equal('GET [a b  c ] 12 break');
    expect(seen('GET  a')).to.equal('GET [ a] 6');
    expect(seen('GET ')).to.equal('GET [] 4');
    expect(seen('GET ñ/ü\nTIME')).to.equal('GET [ñ/ü] 10 break');
  });

  it('keeps the bytes of a name as they are', () => {
    const found = recognise(Buffer.from([0x47, 0x45, 0x54, 0x20, 0xff, 0x00]), ALL, false, false);
    expect(found).to.deep.include({ line: { word: 'GET', name: Buffer.from([0xff, 0x00]) } });
  });

  it('is undecided with a name, 20 bytes and no line break, until nothing can follow', () => {
    for (const word of ['GET', 'LOCK']) {
      const of = (length: number): string => `${word} `.padEnd(length, 'x');
      expect(seen(of(19))).to.match(/ 19$/);
      expect(seen(of(20))).to.equal('undecided');
      expect(seen(of(21))).to.match(/ 21$/);
      expect(seen(of(40))).to.match(/ 40$/);
      expect(seen(of(20), false, true)).to.match(/ 20$/);
      expect(seen(`${of(19)}\n`)).to.match(/ 20 break$/);
      expect(seen(`${of(20)}\n`)).to.match(/ 21 break$/);
    }
  });

  it('in pieces is undecided until its line break, or until nothing can follow', () => {
    expect(seen('GET x'.padEnd(33, 'x'), true)).to.equal('undecided');
    expect(seen('GET x'.padEnd(33, 'x'), true, true)).to.match(/^GET .* 33$/);
    expect(seen(`${'GET x'.padEnd(33, 'x')}\n`, true)).to.match(/^GET .* 34 break$/);
  });

  it('of a framed PUT ends in a size', () => {
    expect(seen('PUT data.txt 5\nhello')).to.equal('PUT [data.txt] 5 15 break');
    expect(seen('PUT data.txt 5\r\nhello')).to.equal('PUT [data.txt] 5 16 break');
    expect(seen('PUT my data.txt 0\n')).to.equal('PUT [my data.txt] 0 18 break');
    expect(seen('PUT a 007\n')).to.equal('PUT [a] 7 10 break');
  });

  for (const rest of [
    'a',
    'a ',
    'a -1',
    'a 1.5',
    'a 1e3',
    'a 0x10',
    'a five',
    'a 5 ',
    ' 5',
    '5',
    '',
  ]) {
    it(`of a framed PUT has no size in ${JSON.stringify(`PUT ${rest}`)}`, () => {
      expect(seen(`PUT ${rest}\n`)).to.match(/^PUT \[.*\] undefined \d+ break$/);
    });
  }

  it('of a framed PUT needs its line break', () => {
    expect(seen('PUT data.txt 5')).to.equal('undecided');
    expect(seen('PUT data.txt 5', true)).to.equal('undecided');
    expect(seen('PUT data.txt 5', false, true)).to.equal('text');
  });

  it(`has at most ${MAX_COMMAND_LINE_BYTES} bytes`, () => {
    const longest = `${'GET '.padEnd(MAX_COMMAND_LINE_BYTES - 1, 'x')}\n`;
    expect(seen(longest)).to.match(/^GET .* 8192 break$/);
    expect(seen(`x${longest}`.replace('xGET ', 'GET x'))).to.equal('text');
    expect(seen('GET '.padEnd(MAX_COMMAND_LINE_BYTES, 'x'))).to.equal('text');
    expect(seen('PUT '.padEnd(MAX_COMMAND_LINE_BYTES, 'x'))).to.equal('text');
  });

  it('is only what is known', () => {
    const known = new Set<Word>(['GET', 'BYE']);
    expect(seen('GET a', false, false, known)).to.equal('GET [a] 5');
    for (const text of [
      'TIME',
      'LOCK a',
      'PUT a 1\nx',
      'PUT a',
      'EXIT\n',
      'LOCK '.padEnd(20, 'x'),
    ]) {
      expect(seen(text, false, false, known), text).to.equal('text');
    }
  });
});
