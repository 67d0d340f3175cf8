/** Files that belong to one plugin alone. A name is one path segment or several, relative, without `.` and `..`. */
export abstract class PluginFiles {
  /** The bytes, or `undefined` where there is no such file. */
  abstract read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the file as a whole, durably: whoever reads sees the old bytes or the new ones. */
  abstract write(name: string, bytes: Uint8Array): Promise<void>;
  abstract remove(name: string): Promise<void>;
  /** An absolute path to work in, for what needs a real folder. It exists. */
  abstract folder(): Promise<string>;
}
