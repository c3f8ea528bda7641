import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Extension } from '../../api/extension';

/** A class that extends `Extension` and can be constructed. */
export interface ExtensionClass {
  new (): Extension<unknown>;
  readonly name: string;
  readonly prototype: Extension<unknown>;
  readonly config?: StandardSchemaV1;
}
