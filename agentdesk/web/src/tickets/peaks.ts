/** scaled brings the server's peaks (0..127, one value per slot) to 0..1, so that a whisper looks like one. */
export function scaled(peaks: number[][]): number[][] {
  const loud = Math.max(
    0,
    ...peaks.map((channel) => channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );
  const unit = loud > 1 ? 127 : 1;
  return peaks.map((channel) => channel.map((value) => Math.max(0.01, Math.abs(value) / unit)));
}
