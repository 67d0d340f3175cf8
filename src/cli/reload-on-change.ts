import { ConfigWatch } from '../config/config-watch.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { ConfigReload } from '../config-reload.js';

/** Has the configuration read again when its file changes and on SIGHUP. Gives what ends it. */
export function reloadOnChange(reload: ConfigReload, loaded: LoadedConfig): () => void {
  const watch = new ConfigWatch(loaded, async () => {
    await reload.reload();
  });
  const onHangUp = (): void => void watch.force();
  process.on('SIGHUP', onHangUp);
  watch.start();
  return () => {
    process.off('SIGHUP', onHangUp);
    watch.stop();
  };
}
