import 'reflect-metadata';
import { type Duration, IsDuration, milliseconds } from '@berth/sdk';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, Min, ValidateBy } from 'class-validator';
import { parseLdapAddress } from './ldap-address.js';

const FILE = { message: 'the path of a PEM file' };
const ACCOUNT_FILE = { message: 'the path of a JSON file with "bindDN" and "bindPassword"' };
const BASE = { message: 'a distinguished name such as "ou=people,dc=example,dc=org"' };
const ATTRIBUTE = { message: 'the name of an attribute, such as "uid", "sAMAccountName" or "memberOf"' };
const PORT = { message: 'a port from 1 to 65535' };
const SWITCH = { message: 'true or false' };
const POOL = { message: 'a whole number from 1 to 100' };
const USER_FILTER = {
  message: 'a filter such as "(objectClass=person)"; "{user}" in it is the name typed, "%s" is not',
};
const GROUP_FILTER = { message: 'a filter with "{dn}" or "{user}" in it, such as "(member={dn})"' };
const TIMEOUT = { message: 'a duration above zero, such as "5s"' };

const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9-]*$/;

/** One host, or several in a list. */
function IsLdapAddresses(): PropertyDecorator {
  const transform = Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value));
  const validate = ValidateBy({
    name: 'isLdapAddresses',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isAddress),
      defaultMessage: () =>
        '$property must be a host such as "ldap.example.org" or "ldaps://ldap.example.org:636", or a list of hosts that are tried in order',
    },
  });
  // Whoever writes ldap:// must have said elsewhere that passwords may go without TLS, and ldaps:// that they may not.
  const agree = ValidateBy({
    name: 'agreesWithInsecure',
    validator: {
      validate: (value: unknown, args) => {
        const { insecure } = (args?.object ?? {}) as Partial<LdapConfig>;
        const other = insecure === true ? 'ldaps' : 'ldap';
        return (
          !Array.isArray(value) || value.every((one) => !isAddress(one) || parseLdapAddress(one)?.scheme !== other)
        );
      },
      defaultMessage: () =>
        '$property must be with "ldaps://" where "insecure" is false, with "ldap://" where it is true',
    },
  });
  return (target, property) => {
    transform(target, property);
    validate(target, property);
    agree(target, property);
  };
}

/** Makes no sense without the property `other`. */
function Needs(other: keyof LdapConfig): PropertyDecorator {
  return ValidateBy({
    name: `needs-${other}`,
    validator: {
      validate: (_value, args) => ((args?.object ?? {}) as Partial<LdapConfig>)[other] !== undefined,
      defaultMessage: () => `$property must be together with "${other}"`,
    },
  });
}

/** `http.auth.ldap`: where users and groups are looked up. */
export class LdapConfig {
  @IsLdapAddresses()
  address: string[] = [];

  /** Of each address that names none itself. Where absent: 636, and 389 with `insecure`. */
  @IsOptional()
  @IsInt(PORT)
  @Min(1, PORT)
  @Max(65_535, PORT)
  port?: number;

  /** True: no TLS from the start, as zot has it; with `startTLS` there is TLS before anything else is said. */
  @IsBoolean(SWITCH)
  insecure = false;

  /** Counts with `insecure` only, as in zot: without it there is TLS already. */
  @IsBoolean(SWITCH)
  startTLS = false;

  /** True: any certificate is taken for the server's. */
  @IsBoolean(SWITCH)
  skipVerify = false;

  /** Path of the authorities that the server's certificate must come from, PEM; those of the system where absent. */
  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  caCert?: string;

  /** Path of the certificate that is shown to the server, PEM. */
  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  @Needs('key')
  cert?: string;

  @IsOptional()
  @IsString(FILE)
  @IsNotEmpty(FILE)
  @Needs('cert')
  key?: string;

  /** Path of JSON `{"bindDN", "bindPassword"}`: who searches. Where absent, searches are anonymous. */
  @IsOptional()
  @IsString(ACCOUNT_FILE)
  @IsNotEmpty(ACCOUNT_FILE)
  credentialsFile?: string;

  /** Below this users are. Has no default: the empty one is refused. */
  @IsString(BASE)
  @IsNotEmpty(BASE)
  baseDN = '';

  /** True: at any depth below `baseDN`. False, as in zot: right below it. */
  @IsBoolean(SWITCH)
  subtreeSearch = false;

  /** Holds the name that users log in with. Has no default: the empty one is refused. */
  @Matches(ATTRIBUTE_NAME, ATTRIBUTE)
  userAttribute = '';

  /** What a user's entry must match besides. */
  @IsOptional()
  @IsString(USER_FILTER)
  @Matches(/^(?!.*(%s|\{dn\})).+$/s, USER_FILTER)
  userFilter?: string;

  /** An attribute of the user's entry, each value of which is a group. */
  @IsOptional()
  @Matches(ATTRIBUTE_NAME, ATTRIBUTE)
  userGroupAttribute?: string;

  /** Groups are searched below this; where absent, they are not. */
  @IsOptional()
  @IsString(BASE)
  @IsNotEmpty(BASE)
  groupBaseDN?: string;

  /** Which groups a user is in; where absent, those that name the user as `member` or `uniqueMember`. */
  @IsOptional()
  @IsString(GROUP_FILTER)
  @Matches(/\{(dn|user)\}/, GROUP_FILTER)
  @Needs('groupBaseDN')
  groupFilter?: string;

  /** Holds the name of a group that was searched. */
  @Matches(ATTRIBUTE_NAME, ATTRIBUTE)
  groupNameAttribute = 'cn';

  /** For a whole login, all servers together. */
  @IsDuration()
  @Min(1, TIMEOUT)
  timeout: Duration = milliseconds(5000);

  /** How many connections to each server search at most, and how many more check passwords. */
  @IsInt(POOL)
  @Min(1, POOL)
  @Max(100, POOL)
  poolSize = 8;
}

function isAddress(value: unknown): value is string {
  return typeof value === 'string' && parseLdapAddress(value) !== undefined;
}
