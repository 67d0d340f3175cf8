import { type Identity, type RequestCircumstances, type Section, validateSection } from '@berth/sdk';
import { AccessControlConfig } from './access-control.config.js';

/** `section` as the server reads it; throws where it is not valid. */
export function accessControl(section: Section): AccessControlConfig {
  const { config, violations } = validateSection(AccessControlConfig, section, { refuseUnknown: true });
  if (violations.length > 0) throw new Error(JSON.stringify(violations, null, 2));
  return config;
}

/** Somebody who is known. */
export function known(user: string, more: Partial<Identity> = {}): Identity {
  return { user, groups: [], method: 'basic', ...more };
}

/** A pull of a tag over TLS from the neighbourhood. */
export function circumstances(more: Partial<RequestCircumstances> = {}): RequestCircumstances {
  return {
    method: 'GET',
    userAgent: 'docker/29.0',
    reference: 'latest',
    address: '192.0.2.7',
    forwardedFor: '',
    tlsVersion: 'TLSv1.3',
    ...more,
  };
}
