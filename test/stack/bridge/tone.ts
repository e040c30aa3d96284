// Whether a tone of known frequency can be heard in samples, 100 ms by 100 ms.

const WINDOW_S = 0.1;
/** How much stronger the tone must be than the frequencies around it: 10 dB. */
const ABOVE_NEIGHBOURS = 10;
/** Of the window's whole energy that the tone must carry. A pure tone carries nearly all. */
const SHARE = 0.25;
/** Root mean square below which a window is silence, of full scale 1. */
const SILENCE = 0.001;
/**
 * In so many windows in a row the tone must be there. What an Opus decoder makes of random bytes has one of our tones in
 * one window of some 60,000 by chance.
 */
const IN_A_ROW = 3;

/** Energy of `frequency` in a window (Goertzel), relative to the energy of all its samples; Hann-weighted. */
function share(samples: Float32Array, frequency: number, rate: number): number {
  const omega = (2 * Math.PI * frequency) / rate;
  const coefficient = 2 * Math.cos(omega);
  let before = 0;
  let last = 0;
  let energy = 0;
  samples.forEach((sample, n) => {
    const weighted = sample * (0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (samples.length - 1)));
    const next = weighted + coefficient * last - before;
    before = last;
    last = next;
    energy += weighted * weighted;
  });
  const power = last * last + before * before - coefficient * last * before;
  return energy === 0 ? 0 : (2 * power) / (energy * samples.length * (2 / 3));
}

function audible(window: Float32Array, frequency: number, rate: number): boolean {
  let square = 0;
  for (const sample of window) square += sample * sample;
  if (Math.sqrt(square / window.length) < SILENCE) return false;
  const tone = share(window, frequency, rate);
  // Outside the main lobe of the window, which is 2 bins of 10 Hz to each side.
  const neighbours = [-120, -80, -50, 50, 80, 120].map((offset) => share(window, frequency + offset, rate));
  return tone > SHARE && tone > ABOVE_NEIGHBOURS * Math.max(...neighbours);
}

/** Seconds, in steps of 0.1, in which the tone is clearly there, for 0.3 at least. Frequencies above 150 Hz. */
export function secondsWithTone(samples: Float32Array, frequency: number, rate: number): number {
  const length = Math.round(rate * WINDOW_S);
  let windows = 0;
  let inARow = 0;
  for (let at = 0; at + length <= samples.length; at += length) {
    inARow = audible(samples.subarray(at, at + length), frequency, rate) ? inARow + 1 : 0;
    if (inARow === IN_A_ROW) windows += IN_A_ROW;
    else if (inARow > IN_A_ROW) windows += 1;
  }
  return Math.round(windows * WINDOW_S * 10) / 10;
}
