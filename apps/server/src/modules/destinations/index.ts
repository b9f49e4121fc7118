export {
  findDestination,
  insertDestination,
  listActiveDestinations,
  type NewDestination,
  noteRepositoryId,
} from './destinations.store.ts';
