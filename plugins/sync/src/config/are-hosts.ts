import { parseRepositoryName } from '@berth/sdk';
import { ValidateBy } from 'class-validator';

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/i;

/** What repositories of the namespace lie below. A colon cannot stand in a name. */
export function pathOfNamespace(namespace: string): string {
  return namespace.toLowerCase().replace(':', '-');
}

/** A list of hosts, each with its port perhaps. `mayHavePort`: false where a port never comes along. */
export function AreHosts({ mayHavePort }: { readonly mayHavePort: boolean }): PropertyDecorator {
  const fits = (value: unknown): boolean =>
    typeof value === 'string' &&
    HOST.test(value) &&
    (mayHavePort || !value.includes(':')) &&
    parseRepositoryName(pathOfNamespace(value)) !== undefined;
  return ValidateBy({
    name: 'areHosts',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.every(fits),
      defaultMessage: () => `a list of hosts such as "registry.k8s.io"${mayHavePort ? '' : ', without port'}`,
    },
  });
}
