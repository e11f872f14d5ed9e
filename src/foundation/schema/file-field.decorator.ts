import 'reflect-metadata';
import { applyDecorators } from '@nestjs/common';
import { IsNotEmpty, IsString } from 'class-validator';
import { FILE_FIELDS_METADATA } from './schema.constants.js';

/** What may come into a {@link FileField}. */
export interface FileFieldOptions {
  /** Most bytes of a file that is fetched. @defaultValue 10,737,418,240 (10 GiB) */
  readonly maxBytes?: number;
  /** Suffixes that the URL's or file's path may end with, e.g. `.jpg`, in any case. @defaultValue any */
  readonly suffixes?: readonly string[];
}

/** A field of a params class that is a file. */
export interface FileFieldEntry {
  readonly name: string;
  readonly options: FileFieldOptions;
}

/**
 * The field is a file: the caller gives a URL or a local path, the action gets a local path.
 *
 * A URL is fetched before the action runs, with progress, and only when all params are right; validation itself fetches nothing, so the same params
 * can be checked again. Addresses that are not public are refused, unless `SYNAPSE_PRIVATE_HOSTS` in the environment of the process
 * names their hosts, comma-separated. The field is a plain string in schemas and forms; it must be a field of the params class itself.
 */
export function FileField(options: FileFieldOptions = {}): PropertyDecorator {
  const remember: PropertyDecorator = (prototype, property) => {
    const known = fileFieldsOf(prototype.constructor);
    const entries = [...known.filter(({ name }) => name !== property), { name: String(property), options }];
    Reflect.defineMetadata(FILE_FIELDS_METADATA, entries, prototype.constructor);
  };
  return applyDecorators(IsString(), IsNotEmpty(), remember);
}

/** The fields of a params class that are files, those of its base classes included. */
export function fileFieldsOf(type: object): readonly FileFieldEntry[] {
  return (Reflect.getMetadata(FILE_FIELDS_METADATA, type) as readonly FileFieldEntry[] | undefined) ?? [];
}
