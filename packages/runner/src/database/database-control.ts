import type { Control } from '@lumbung/sources';

/** How an act on databases is steered and heard: what the drivers want, and events of the act itself. */
export interface DatabaseControl<Event> extends Control {
  onEvent(event: Event): void;
}
