export type { SeedFile } from './seed-file';
export { Seeder, type PreparedSeed, type SeederOptions } from './seeder';
