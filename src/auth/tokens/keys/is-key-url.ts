import { ValidateBy } from 'class-validator';

/** True where what `text` names cannot be changed on the way: HTTPS, or HTTP that does not leave this machine. */
export function isKeyUrl(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const url = URL.parse(text);
  // A password in a URL would end up in logs.
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A property that is the URL of keys, or of what tells where they are. */
export function IsKeyUrl(): PropertyDecorator {
  return ValidateBy({
    name: 'isKeyUrl',
    validator: {
      validate: isKeyUrl,
      defaultMessage: () => '$property must be a URL with https, or with http on this machine, and without a password',
    },
  });
}
