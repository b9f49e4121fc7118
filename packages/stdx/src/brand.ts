declare const brand: unique symbol;

/** `Base` that only its parser can make: a value of this type has been checked. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
