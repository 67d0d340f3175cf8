import { parseArgs } from 'node:util';
import { StorageError } from '@berth/sdk';
import { ConfigError } from '../config/config-error.js';
import { type Console, PROCESS_CONSOLE } from './console.js';
import { EXIT } from './exit-code.js';
import { parsePluginDevelopment } from './plugin-development.js';
import { printViolations } from './print-violations.js';

const USAGE = `Usage:
  berth serve [config]            serve a configuration; without one, config/berth.json of the package
  berth verify <config>           check a configuration; exit code 78 and every violation if it is not valid
  berth can <config> <user> <action> <repository> [--groups a,b]
                                  say whether access rules give it, which rule, and why; the user "-" is nobody known;
                                  exit code 0 if they do, also if only under conditions, 1 if they do not
  berth apikey list <url> <user>  list the API keys of a user of a running server; BERTH_USER and BERTH_PASSWORD say
                                  who asks, who must hold the permission apikeys.manage
  berth apikey revoke <url> <user> [id]
                                  revoke one of them, or all
  berth search <url> <query> [--json] [--sort order] [--limit number]
                                  find images on a running server that has the plugin search; BERTH_USER and
                                  BERTH_PASSWORD, or an API key in its place, say who asks; exit code 1 if it cannot
  berth schema                    print the JSON Schema of the configuration
  berth gc <config> [--dry-run]   collect garbage once; with --dry-run, print what would go
  berth commands <config>         list the commands that the plugins of a configuration add
  berth <command> <config> [...]  run one of them
  berth plugin new <name> [dir]   write the repository of a plugin, which installs, builds and tests offline
  berth plugin pack [dir] [--out] bundle the plugin of a repository into one folder
  berth --version
  berth --help
`;

interface Invocation {
  readonly args: readonly string[];
  readonly dryRun: boolean;
  readonly groups: string | undefined;
  readonly console: Console;
}

interface Command {
  /** Fewest and most arguments after the name. */
  readonly arity: readonly [number, number];
  /** What there must be at least, where that is not the path of a configuration. */
  readonly needs?: string;
  readonly takesDryRun?: true;
  readonly takesGroups?: true;
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Each command imports what it needs when it runs: a server does not load what only `schema` uses. */
const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', { arity: [0, 1], run: async ({ args }) => (await import('./serve.command.js')).serve(args[0]) }],
  [
    'verify',
    {
      arity: [1, 1],
      run: async ({ args: [path = ''], console }) => (await import('./verify.command.js')).verify(path, console),
    },
  ],
  [
    'can',
    {
      arity: [4, 4],
      needs: 'a configuration, a user, an action and a repository',
      takesGroups: true,
      run: async ({ args: [configPath = '', user = '', action = '', repository = ''], groups, console }) =>
        (await import('./can.command.js')).can({ configPath, user, action, repository, groups }, console),
    },
  ],
  [
    'commands',
    {
      arity: [1, 1],
      run: async ({ args: [path = ''], console }) => (await import('./plugin.command.js')).listCommands(path, console),
    },
  ],
  [
    'apikey',
    {
      arity: [3, 4],
      needs: 'list or revoke, the URL of a server, and a user',
      run: async ({ args, console }) => (await import('./apikey.command.js')).apiKeys(args, console),
    },
  ],
  ['schema', { arity: [0, 0], run: async ({ console }) => (await import('./schema.command.js')).schema(console) }],
  [
    'gc',
    {
      arity: [1, 1],
      takesDryRun: true,
      run: async ({ args: [path = ''], dryRun, console }) =>
        (await import('./gc.command.js')).gc(path, { dryRun }, console),
    },
  ],
]);

/**
 * Runs the command that `argv` (without node and script) names, and gives the exit code. A command line that is wrong
 * gives 64 with the usage, a configuration that is wrong 78 with all that is wrong with it.
 */
export async function run(argv: readonly string[], console: Console = PROCESS_CONSOLE): Promise<number> {
  const parsed = parse(argv);
  if (typeof parsed === 'string') {
    console.err(`berth: ${parsed}\n\n${USAGE}`);
    return EXIT.usage;
  }
  try {
    return await parsed(console);
  } catch (error) {
    if (error instanceof StorageError) {
      console.err(`berth: ${error.message}\n`);
      return EXIT.failure;
    }
    if (!(error instanceof ConfigError)) throw error;
    printViolations(error, console);
    return EXIT.config;
  }
}

interface Flags {
  readonly dryRun: boolean;
  readonly groups: string | undefined;
  readonly version: boolean;
  readonly help: boolean;
  readonly words: readonly string[];
}

/** What to run, or a sentence that says what is wrong with the command line. */
function parse(argv: readonly string[]): ((console: Console) => Promise<number>) | string {
  const [first, ...rest] = argv;
  if (first === 'plugin') return parsePluginDevelopment(rest);
  // A query may look like a flag of anything.
  if (first === 'search') return parseSearch(rest);
  // What its flags are only its plugin knows.
  if (isForPlugin(first) && !rest.includes('--help')) return parsePluginCommand(first, rest);
  const flags = parseFlags(argv);
  if (typeof flags === 'string') return flags;
  if (flags.help) return showUsage;
  if (flags.version) return async (console) => (await import('./version.command.js')).version(console);
  const { dryRun, groups } = flags;
  const [name, ...args] = flags.words;
  if (name === undefined) return 'a command is missing';
  const command = COMMANDS.get(name);
  if (!command) return `there is no command ${JSON.stringify(name)}`;
  const [fewest, most] = command.arity;
  if (dryRun && !command.takesDryRun) return `${name} takes no --dry-run`;
  if (groups !== undefined && !command.takesGroups) return `${name} takes no --groups`;
  if (args.length < fewest) return `${name} needs ${command.needs ?? 'the path of a configuration'}`;
  if (args.length > most) return `${name} does not take ${JSON.stringify(args[most])}`;
  return (console) => command.run({ args, dryRun, groups, console });
}

function isForPlugin(name: string | undefined): name is string {
  return name !== undefined && !name.startsWith('-') && !COMMANDS.has(name);
}

function parseSearch(args: readonly string[]): (console: Console) => Promise<number> {
  return async (console) => (await import('./search.command.js')).search(args, console);
}

/** What is no command of Berth itself may be one of a plugin, which the configuration behind it names. */
function parsePluginCommand(name: string, args: readonly string[]): ((console: Console) => Promise<number>) | string {
  const [configPath, ...rest] = args;
  if (configPath === undefined) return `there is no command ${JSON.stringify(name)}`;
  if (configPath.startsWith('-')) return `${name} needs the path of a configuration before ${configPath}`;
  return async (console) => {
    const { runPluginCommand } = await import('./plugin.command.js');
    return runPluginCommand({ name, configPath, args: rest, console });
  };
}

function parseFlags(argv: readonly string[]): Flags | string {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { 'dry-run': flag, groups: { type: 'string' }, version: flag, help: flag },
      allowPositionals: true,
    });
    const { 'dry-run': dryRun, groups, version, help } = values;
    return { dryRun, groups, version, help, words: positionals };
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return error.message;
    throw error;
  }
}

function showUsage(console: Console): Promise<number> {
  console.out(USAGE);
  return Promise.resolve(EXIT.ok);
}
