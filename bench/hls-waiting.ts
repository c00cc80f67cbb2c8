import { Film } from './hls-film.js';
import { ServedFilm } from './hls-served.js';
import { comparison, figure, measuredAtMost, type Round, type Row } from './row.js';
import { BareWaiters, Waiters, type WakeUp } from './waiters.js';

const VIEWERS = 1_000;
const ROUNDS = 15;
/** The number of rounds after which code is compiled. */
const WARM_UP_ROUNDS = 20;
/**
 * The maximum number of rounds, because on some machines, all requests rarely arrive before the
 * next part.
 */
const ATTEMPTS = 80;
const WANTED_MS = 50;

/**
 * Measures the time to answer all viewers who wait for a part, compared with a server that does
 * nothing else.
 */
export async function benchWaiting(): Promise<Row[]> {
  const film = await Film.make();
  const served = await ServedFilm.start(film);
  await served.play();
  const waiters = await Waiters.of(served, VIEWERS);
  const bare = await BareWaiters.of(VIEWERS);
  try {
    const found: { woken: WakeUp; bareMs: number }[] = [];
    for (let i = 0; i < ATTEMPTS && found.length < ROUNDS; i += 1) {
      const woken = await waiters.wakeUp();
      if (woken === null) continue;
      const { lastMs: bareMs } = await bare.wakeUp(woken.body);
      if (i >= WARM_UP_ROUNDS) found.push({ woken, bareMs });
    }
    if (found.length === 0)
      throw new Error(
        `the requests of ${VIEWERS} viewers never all arrived before the part was ready`,
      );
    return rowsOf(found);
  } finally {
    await waiters.stop();
    await bare.stop();
    await served.stop();
    await film.remove();
  }
}

function rowsOf(found: readonly { woken: WakeUp; bareMs: number }[]): Row[] {
  const rounds: Round[] = found.map(({ woken: { lastMs }, bareMs }) => ({
    measured: lastMs,
    baseline: bareMs,
  }));
  const all = `${VIEWERS} waiting viewers`;
  return [
    measuredAtMost(
      comparison(`${all}: from the part to the last one's playlist`, { unit: 'ms', rounds }),
      WANTED_MS,
    ),
    figure(`${all}: from the part to half of them`, {
      unit: 'ms',
      values: found.map(({ woken }) => woken.medianMs),
      atMost: null,
    }),
  ];
}
