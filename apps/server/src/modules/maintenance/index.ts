export { careForRepositories, proveCopies } from './maintenance.service.ts';
export { provideRepositories, repositoryFollower } from './repositories.ts';
