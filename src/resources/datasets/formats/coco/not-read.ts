/** Why the report names a field of COCO that nobody reads. */
export const NOT_READ = 'this field of COCO is not read';
