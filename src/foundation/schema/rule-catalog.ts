import type { ValueType } from './class-description.js';

type Kind = ValueType['kind'];

/** Rules that decide what a value is, by name. */
const TYPE_RULES: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['isInt', 'integer'],
  ['isNumber', 'number'],
  ['isBoolean', 'boolean'],
  ['isString', 'string'],
  ['isDate', 'date'],
  ['isObject', 'mapping'],
  ['isArray', 'list'],
]);

/** Rules that hold for one kind of value only and so hint at it. */
const HINT_RULES: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...kindOf('number', [
    'min',
    'max',
    'isPositive',
    'isNegative',
    'isDivisibleBy',
    'isMultipleOf',
    'isGreaterThan',
    'isLessThan',
  ]),
  ...kindOf('date', ['minDate', 'maxDate']),
  ...kindOf('mapping', ['isNotEmptyObject']),
  ...kindOf('list', [
    'arrayContains',
    'arrayNotContains',
    'arrayNotEmpty',
    'arrayMinSize',
    'arrayMaxSize',
    'arrayUnique',
  ]),
  ...kindOf('string', [
    ...['contains', 'notContains', 'isLength', 'minLength', 'maxLength', 'matches', 'isByteLength', 'isJson', 'isJwt'],
    ...[
      'isAlpha',
      'isAlphanumeric',
      'isAscii',
      'isDecimal',
      'isBase32',
      'isBase58',
      'isBase64',
      'isHexadecimal',
      'isOctal',
      'isHash',
    ],
    ...[
      'isFullWidth',
      'isHalfWidth',
      'isVariableWidth',
      'isMultibyte',
      'isSurrogatePair',
      'isLowercase',
      'isUppercase',
    ],
    ...[
      'isEmail',
      'isFqdn',
      'isIp',
      'isPort',
      'isUrl',
      'isMacAddress',
      'isMagnetURI',
      'isDataURI',
      'isMimeType',
      'isSemVer',
      'isUuid',
    ],
    ...[
      'isMongoId',
      'IsFirebasePushId',
      'isHexColor',
      'isHSL',
      'isRgbColor',
      'isStrongPassword',
      'isBooleanString',
      'isNumberString',
    ],
    ...[
      'isDateString',
      'isIso8601',
      'isRFC3339',
      'isMilitaryTime',
      'isTimeZone',
      'isLocale',
      'isISO6391',
      'isISO4217CurrencyCode',
    ],
    ...[
      'isISO31661Alpha2',
      'isISO31661Alpha3',
      'isISO31661Numeric',
      'isPostalCode',
      'isMobilePhone',
      'isPhoneNumber',
      'isCurrency',
    ],
    ...[
      'isCreditCard',
      'isIBAN',
      'isBIC',
      'isIdentityCard',
      'isPassportNumber',
      'isTaxId',
      'isBtcAddress',
      'isEthereumAddress',
    ],
    ...['isIsbn', 'isIsin', 'isISRC', 'isISSN', 'isEAN'],
  ]),
]);

/** Rules for any kind of value. */
const NEUTRAL_RULES: ReadonlySet<string> = new Set([
  ...[
    'isDefined',
    'isNotEmpty',
    'isEmpty',
    'equals',
    'notEquals',
    'isIn',
    'isNotIn',
    'isEnum',
    'isInstance',
    'isJsonType',
  ],
  ...['isLatLong', 'isLatitude', 'isLongitude'],
]);

/** What a rule of this name makes of the value: for sure (`@IsInt`) or as a hint (`@Min`). */
export function kindOfRule(name: string, certainty: 'certain' | 'hint'): Kind | undefined {
  return (certainty === 'certain' ? TYPE_RULES : HINT_RULES).get(name);
}

/** Whether the name is that of a rule of class-validator or of this package, which looks at nothing but the value and its constraints. */
export function isCatalogued(name: string): boolean {
  return TYPE_RULES.has(name) || HINT_RULES.has(name) || NEUTRAL_RULES.has(name);
}

function kindOf(kind: Kind, names: readonly string[]): [string, Kind][] {
  return names.map((name) => [name, kind]);
}
