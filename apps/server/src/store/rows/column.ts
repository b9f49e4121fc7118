/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Moment = number;
/** A yes or no that both dialects have. */
export type Flag = 0 | 1;
/** A document: parsed with zod by whoever reads it. */
export type JsonText = string;
/** 64 hexadecimal digits. */
export type Sha256 = string;
