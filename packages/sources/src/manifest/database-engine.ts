/** What a driver exists for. Valkey is `redis`: its product is named in reports. */
export const DATABASE_ENGINES = ['postgresql', 'mysql', 'mariadb', 'sqlite', 'redis'] as const;
export type DatabaseEngine = (typeof DATABASE_ENGINES)[number];
