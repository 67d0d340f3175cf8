import { ValidateBy } from 'class-validator';

const PLATFORM = /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/;

/** A list of platforms as Go and OCI name them: system, architecture, and a variant perhaps. */
export function ArePlatforms(): PropertyDecorator {
  return ValidateBy({
    name: 'arePlatforms',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && PLATFORM.test(one)),
      defaultMessage: () => 'a list of platforms such as "linux/amd64" or "linux/arm64/v8"',
    },
  });
}
