import { createRequire } from 'node:module';
import type Docker from 'dockerode';
import type TarFs from 'tar-fs';
import type DockerIgnore from '@balena/dockerignore';

/** Loading these takes hundreds of milliseconds that most commands need not spend: they are loaded when first used. */
const load = createRequire(__filename);

/** dockerode, the client of the engine. */
export const loadDockerode = (): typeof Docker => load('dockerode') as typeof Docker;

/** tar-fs, which packs the context of a build. */
export const loadTarFs = (): typeof TarFs => load('tar-fs') as typeof TarFs;

/** The matcher of .dockerignore files. */
export const loadDockerIgnore = (): typeof DockerIgnore => load('@balena/dockerignore') as typeof DockerIgnore;
