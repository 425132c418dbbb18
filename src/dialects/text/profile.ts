export type TextProfile = 'combined' | '1.1' | '1.2' | '1.3' | '2.1' | '2.2';

/** What becomes of free text. */
export type FreeText =
  /** Content of the file locked last; refused after a denied LOCK; else a greeting, then refused. */
  | { readonly kind: 'combined' }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'silence' }
  /** Content of the file locked last; else always this. */
  | { readonly kind: 'content'; readonly otherwise: string };

/** What one exercise of the practice knows. */
export interface ProfileRules {
  readonly commands: ReadonlySet<string>;
  readonly freeText: FreeText;
  /** The words that end the connection, and what is answered to them. */
  readonly endWords: ReadonlySet<string>;
  readonly farewell: string;
}

export const GREETING = 'Hi TCP Client';
export const BLOCKED = 'File is blocked';
export const UNKNOWN = 'Command not found';

// The practice's own spelling; its clients compare byte by byte.
const LONG_GREETING =
  'Hello Client, this is a long message that you will received in chunks of 20 bytes';

export const PROFILES: Readonly<Record<TextProfile, ProfileRules>> = {
  combined: {
    commands: new Set(['TIME', 'GET', 'LOCK', 'PUT']),
    freeText: { kind: 'combined' },
    endWords: new Set(['BYE', 'EXIT']),
    farewell: 'Bye',
  },
  '1.1': {
    commands: new Set(),
    freeText: { kind: 'answer', text: GREETING },
    endWords: new Set(['EXIT']),
    farewell: 'Bye Client',
  },
  '1.2': {
    commands: new Set(),
    freeText: { kind: 'answer', text: LONG_GREETING },
    endWords: new Set(['EXIT']),
    farewell: 'Bye',
  },
  '1.3': {
    commands: new Set(['TIME']),
    freeText: { kind: 'silence' },
    endWords: new Set(['EXIT']),
    farewell: 'Bye',
  },
  '2.1': {
    commands: new Set(['GET', 'TIME']),
    freeText: { kind: 'answer', text: UNKNOWN },
    endWords: new Set(['BYE']),
    farewell: 'Bye',
  },
  '2.2': {
    commands: new Set(['GET', 'LOCK']),
    freeText: { kind: 'content', otherwise: BLOCKED },
    endWords: new Set(['BYE']),
    farewell: 'Bye',
  },
};
