export { readSeed } from './read-seed';
export type { SeedFile } from './seed-file';
export { Seeder, type PreparedSeed, type SeederOptions } from './seeder';
export { validateSeed } from './validate-seed';
