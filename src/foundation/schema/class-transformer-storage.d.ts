/** The part of class-transformer's metadata that has no public reader: which class `@Type` names, and who transforms. */
declare module 'class-transformer/cjs/storage.js' {
  import type { ExposeMetadata, ExcludeMetadata, TransformMetadata, TypeMetadata } from 'class-transformer';

  export const defaultMetadataStorage: {
    findTypeMetadata(target: unknown, propertyName: string): TypeMetadata | undefined;
    findTransformMetadatas(target: unknown, propertyName: string, transformationType: number): TransformMetadata[];
    getExposedMetadatas(target: unknown): ExposeMetadata[];
    getExcludedMetadatas(target: unknown): ExcludeMetadata[];
    getExcludedProperties(target: unknown, transformationType: number): string[];
    getStrategy(target: unknown): 'excludeAll' | 'exposeAll' | 'none';
  };
}
