import { z } from 'zod';

/** What the text of a setting may be, and how it becomes a value. */
export interface Kind<T> {
  /** Completes the sentence "allowed is …". */
  readonly allowed: string;
  /** Its messages complete the sentence "<given> …". */
  readonly schema: z.ZodType<T, string>;
  /** How a wrong text is repeated to its author; absent: as it was given. */
  readonly show?: (text: string) => string;
}

/** What most wrong values are told; {@link Kind.allowed} says the rest. */
export const NOT_ALLOWED = 'is not allowed';

/** Text that `parse` understands; undefined where it does not. */
export function parsed<T>(parse: (text: string) => T | undefined): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: NOT_ALLOWED });
    return z.NEVER;
  });
}

export function choice<const T extends string>(...words: readonly [T, T, ...T[]]): Kind<T> {
  return {
    allowed: words.join(' | '),
    schema: parsed((text) => words.find((word) => word === text)),
  };
}

export const yesOrNo: Kind<boolean> = {
  allowed: 'true | false',
  schema: parsed((text) => (text === 'true' || text === 'false' ? text === 'true' : undefined)),
};

/** A path; relative ones start at the working directory. */
export const path: Kind<string> = {
  allowed: 'a path',
  schema: parsed((text) => (text === '' || text.includes('\0') ? undefined : text)),
};

/** The same, or empty: none. */
export const optionalPath: Kind<string | undefined> = {
  allowed: path.allowed,
  schema: z.string().transform((text, context) => {
    if (text === '') return undefined;
    if (!text.includes('\0')) return text;
    context.addIssue({ code: 'custom', message: NOT_ALLOWED });
    return z.NEVER;
  }),
};
