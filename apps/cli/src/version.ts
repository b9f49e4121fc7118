/** The version of everything in this house. */
export const VERSION = '0.1.0';
