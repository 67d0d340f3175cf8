/** A page that the web interface shows for a plugin: a module of its static files, mounted where the interface says. */
export interface Panel {
  readonly title: string;
  /** Where it appears: beside all repositories, or in the page of one repository or one image. */
  readonly place: 'registry' | 'repository' | 'image';
  /** The path of an ES module below the plugin's static files; its default export is called with the element to fill. */
  readonly module: string;
}

/** Files that the server hands out below the plugin's routes, without asking who wants them. */
export interface StaticFiles {
  /** The segment below `/v2/_berth/ext/<plugin>/`. */
  readonly path: string;
  /** A folder, relative to the plugin's package, or a file URL. */
  readonly folder: string | URL;
}
