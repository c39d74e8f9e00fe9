// Whoever reads does not move for a while; whoever is gone does not come back by a timer.
const THERE_MS = 60_000;
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'] as const;

let last = Date.now();

function note() {
  last = Date.now();
}

for (const sign of SIGNS) window.addEventListener(sign, note, { passive: true, capture: true });
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && note());

/** Whether somebody has touched this page just now. What it asks for without them does not keep their session alive. */
export const isSomebodyThere = () => Date.now() - last < THERE_MS;
