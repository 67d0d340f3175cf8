/** Whether the server takes requests; whoever starts and stops it knows. */
export abstract class ServingState {
  abstract get isServing(): boolean;
}
