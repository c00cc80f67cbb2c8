// Everything that only an open stage needs. It is loaded as one module when the stage is opened.
export { GuestsPanel } from './guests-panel.js';
export { HostStage } from './host-stage.js';
export { ProgrammeStage } from './programme-stage.js';
export { ScenesBar } from './scenes-bar.js';
