export function buildPackage(): Promise<{
  /** Of the bundle. */
  readonly bytes: number;
  /** As package.json lists them. */
  readonly credentials: readonly string[];
}>;
