import type { Route } from '../http/route.ts';
import type { Access } from '../modules/access/index.ts';

/** Every module that has endpoints. One that is added here is served, documented and compared with the matrix. */
export interface ModulesWithRoutes {
  readonly access: Pick<Access, 'routes'>;
}

/** In the order of the document. */
export function everyRoute({ access }: ModulesWithRoutes): Route[] {
  return [...access.routes];
}
