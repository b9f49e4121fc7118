export {
  findDestination,
  insertDestination,
  listActiveDestinations,
  noteRepositoryId,
} from './destinations.store.ts';
