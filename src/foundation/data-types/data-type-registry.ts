import { DataTypeInvalidError, DataTypeNotFoundError } from '../errors/config.errors.js';
import { BUILT_IN_DATA_TYPES } from './built-in-types.js';
import { assertDataType, type DataTypeClass } from './data-type.js';

/**
 * Finds a data type by the name that config.yaml holds. Knows the built-in types from the start; each registry has its
 * own additions, so two plugins in one process may use one name for different types.
 */
export class DataTypeRegistry {
  private readonly types = new Map<string, DataTypeClass>();

  constructor(additional: Iterable<DataTypeClass> = []) {
    for (const type of BUILT_IN_DATA_TYPES) this.types.set(type.typeName, type);
    for (const type of additional) this.register(type);
  }

  /**
   * Makes a type known under its name. A type without a name of its own answers to its parent's, so it is the parent
   * that becomes known. Registering a type again changes nothing.
   *
   * @throws {@link DataTypeInvalidError} when `type` is not a data type, or its name belongs to another class.
   */
  register(type: DataTypeClass): this {
    assertDataType(type);
    const owner = ownerOfName(type);
    const present = this.types.get(owner.typeName);
    if (present !== undefined && present !== owner) {
      throw new DataTypeInvalidError(
        `The data type name '${owner.typeName}' of class ${owner.name} already belongs to class ${present.name}. Give ${owner.name} another static typeName.`,
        { details: { name: owner.typeName, owners: [present.name, owner.name] } },
      );
    }
    this.types.set(owner.typeName, owner);
    return this;
  }

  has(name: string): boolean {
    return this.types.has(name);
  }

  /** The type of this name, or undefined. */
  find(name: string): DataTypeClass | undefined {
    return this.types.get(name);
  }

  /**
   * The type of this name.
   *
   * @throws {@link DataTypeNotFoundError} with the known names.
   */
  get(name: string): DataTypeClass {
    const type = this.types.get(name);
    if (type === undefined) throw new DataTypeNotFoundError(name, this.names());
    return type;
  }

  /** All known names, in the order in which they became known. */
  names(): string[] {
    return [...this.types.keys()];
  }
}

/** The nearest class up the chain that sets `typeName` itself; DataType does, so there is one. */
function ownerOfName(type: DataTypeClass): DataTypeClass {
  let owner = type;
  while (!Object.hasOwn(owner, 'typeName')) owner = Object.getPrototypeOf(owner) as DataTypeClass;
  return owner;
}
