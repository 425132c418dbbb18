import type { Word } from './command-line.js';

/** What one way of speaking text knows, and what it answers to all it does not know. */
export interface ProfileRules {
  readonly words: ReadonlySet<Word>;
  /** Free text after a `LOCK` that was denied. */
  readonly denied: string;
  /** The first free text of a connection. */
  readonly first: string;
  /** Any other free text. */
  readonly other: string;
  /** The answer to the word that ends the connection. */
  readonly end: string;
}

const LONG_MESSAGE =
  'Hello Client, this is a long message that you will received in chunks of 20 bytes';

/** An exercise, which answers all it does not know in one way. */
const exercise = (words: readonly Word[], anything: string, end: string): ProfileRules => ({
  words: new Set(words),
  denied: anything,
  first: anything,
  other: anything,
  end,
});

/**
 * The values of `TEXT_PROFILE`: `combined`, and the exercises of a TCP practice course. Existing
 * clients compare these strings byte for byte, their spelling included ([T-7]).
 */
export const PROFILES = {
  combined: {
    words: new Set<Word>(['TIME', 'GET', 'LOCK', 'PUT', 'BYE', 'EXIT']),
    denied: 'File is blocked',
    first: 'Hi TCP Client',
    other: 'Command not found',
    end: 'Bye',
  },
  '1.1': exercise(['EXIT'], 'Hi TCP Client', 'Bye Client'),
  '1.2': exercise(['EXIT'], LONG_MESSAGE, 'Bye'),
  '1.3': exercise(['TIME', 'EXIT'], '', 'Bye'),
  '2.1': exercise(['GET', 'TIME', 'BYE'], 'Command not found', 'Bye'),
  '2.2': exercise(['GET', 'LOCK', 'BYE'], 'File is blocked', 'Bye'),
} as const satisfies Readonly<Record<string, ProfileRules>>;

export type TextProfile = keyof typeof PROFILES;
