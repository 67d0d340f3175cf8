import type { Dispatcher } from 'undici';
import type { Connections } from './connections.js';

type Ways = Pick<Connections, 'own' | 'elsewhere'>;

/** The same connections, which tell how many bytes of bodies come. */
export function countBodies({ own, elsewhere }: Ways, onBytes: (bytes: number) => void): Ways {
  const counting: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch(options, new CountingHandler(handler, onBytes));
  return { own: own.compose(counting), elsewhere: elsewhere.compose(counting) };
}

/** Passes everything on: a stream in between would cost a copy of its own. */
class CountingHandler implements Dispatcher.DispatchHandler {
  constructor(
    private readonly next: Dispatcher.DispatchHandler,
    private readonly onBytes: (bytes: number) => void,
  ) {}

  onRequestStart(...args: Parameters<Required<Dispatcher.DispatchHandler>['onRequestStart']>): void {
    this.next.onRequestStart?.(...args);
  }

  onRequestUpgrade(...args: Parameters<Required<Dispatcher.DispatchHandler>['onRequestUpgrade']>): void {
    this.next.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseStart']>): void {
    this.next.onResponseStart?.(...args);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.onBytes(chunk.byteLength);
    this.next.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseEnd']>): void {
    this.next.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseError']>): void {
    this.next.onResponseError?.(...args);
  }
}
