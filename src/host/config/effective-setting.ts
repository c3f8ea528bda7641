/** A setting, and who says so. */
export interface EffectiveSetting {
  readonly name: string;
  /** Without secrets; undefined when there is none. */
  readonly value: string | undefined;
  readonly origin: 'default' | 'environment' | 'flag' | 'file';
  /** The variable, flag or file; undefined for a default. */
  readonly from: string | undefined;
}
