/** The named moments at which a test may stop, delay or end what the directory store is doing. */
export const STEP_NAMES = [
  'sync.file',
  'sync.folder',
  'stage.content-written',
  'stage.record-placed',
  'stage.content-placed',
  'create.before-rename',
  'create.after-rename',
  'fence.before-swap',
  'fence.after-swap',
  'publish.before-swap',
  'publish.after-swap',
  'adopt.copied',
  'open.head-read',
  'forget.after-unlink',
  'clean.before-swap',
  'clean.after-swap',
  'clean.before-delete',
  'view.copied',
  'view.before-rename',
  'view.after-rename',
  'view.moved-aside',
] as const;

export type StepName = (typeof STEP_NAMES)[number];

/** A seam between the steps of the store, so that tests make exact schedules happen. */
export abstract class Failpoints {
  /** What it throws ends the operation there, what it awaits delays it. */
  abstract hit(step: StepName): Promise<void>;
}

export class NoFailpoints extends Failpoints {
  override async hit(_step: StepName): Promise<void> {}
}
