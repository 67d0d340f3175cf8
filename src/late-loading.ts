import type { RegisterHooksOptions } from 'node:module';

/*
 * What is loaded at the start for the sake of a call or two that a server hardly ever makes. Here it is loaded when it is first
 * touched: ten megabytes less at rest.
 */

/** What class-validator knows about telephone numbers and a hundred other forms, and the calendar of cron. */
const LATE = /^(libphonenumber-js(\/\w+)?|validator(\/lib\/\w+)?|luxon)$/;
const MARK = '.late';

/**
 * Gives whoever requires one of these packages a stand-in, until the result is called. A stand-in stays good: it loads its
 * package when it is first used. Does nothing on a Node without such hooks.
 */
export function loadPackagesLate(): () => void {
  const module = process.getBuiltinModule('module');
  if (!('registerHooks' in module)) return () => undefined;
  const hooks = module.registerHooks({ resolve, load });
  return () => {
    hooks.deregister();
  };
}

const resolve: RegisterHooksOptions['resolve'] = (specifier, context, next) => {
  const resolved = next(specifier, context);
  // An import looks at what a module exports before it is used, which a stand-in cannot say.
  if (!LATE.test(specifier) || !context.conditions.includes('require')) return resolved;
  return { url: resolved.url + MARK, format: 'commonjs', shortCircuit: true };
};

const load: RegisterHooksOptions['load'] = (url, context, next) =>
  url.endsWith(MARK)
    ? { format: 'commonjs', source: standInFor(url.slice(0, -MARK.length)), shortCircuit: true }
    : next(url, context);

/** The source of a module that is another one when it is used. Whoever requires validator asks at once for `__esModule`, which it has not. */
function standInFor(url: string): string {
  const file = JSON.stringify(process.getBuiltinModule('url').fileURLToPath(url));
  const asksFirst = url.includes('/validator/') ? `key === '__esModule' ? undefined : ` : '';
  return `let real;
const load = () => (real ??= require(${file}));
module.exports = new Proxy(function () {}, {
  get: (_, key) => ${asksFirst}load()[key],
  apply: (_, self, values) => Reflect.apply(load(), self, values),
});`;
}

/**
 * Nest makes formats of dates for a log that is not used here, and the first of them brings 6 MB of names of months. Until the
 * result is called, a format is made when it is first used; one with a time zone at once, since that may be invalid.
 */
export function makeDateFormatsLate(): () => void {
  const { DateTimeFormat } = Intl;
  Intl.DateTimeFormat = new Proxy(DateTimeFormat, {
    construct: (target, values: ConstructorParameters<typeof DateTimeFormat>) =>
      values[1]?.timeZone === undefined ? lateFormat(() => new target(...values)) : new target(...values),
  });
  return () => {
    Intl.DateTimeFormat = DateTimeFormat;
  };
}

function lateFormat(make: () => Intl.DateTimeFormat): Intl.DateTimeFormat {
  let real: Intl.DateTimeFormat | undefined;
  return new Proxy(Object.create(Intl.DateTimeFormat.prototype) as Intl.DateTimeFormat, {
    get: (_, key) => {
      const format = (real ??= make());
      const value: unknown = Reflect.get(format, key, format);
      return typeof value === 'function' ? (value.bind(format) as unknown) : value;
    },
  });
}
