import { FileWatch } from '@berth/sdk';
import type { LoadedConfig } from '../config/load-config.js';
import type { RegistryLogger } from '../logging/registry-logger.js';
import type { ConfigReload } from '../config-reload.js';

/** Has the configuration read again when its file changes and on SIGHUP. Gives what ends it. */
export function reloadOnChange(reload: ConfigReload, loaded: LoadedConfig, logger: RegistryLogger): () => void {
  const watch = new FileWatch([loaded.path], {
    known: loaded.fingerprint,
    ignoreAbsent: true,
    onChange: async () => {
      await reload.reload();
    },
    onUnwatchable: (cause) => {
      logger.warn(
        { err: cause },
        'the folder of the configuration cannot be watched: a change is seen some seconds later',
      );
    },
  });
  const onHangUp = (): void => void watch.force();
  process.on('SIGHUP', onHangUp);
  watch.start();
  return () => {
    process.off('SIGHUP', onHangUp);
    watch.stop();
  };
}
