import { ContainerModule } from 'inversify';
import { Clock } from '../clock/clock.js';
import { SystemClock } from '../clock/system-clock.js';

export const clockModule = new ContainerModule(({ bind }) => {
  bind(Clock).to(SystemClock);
});
