// Runs before the page's own scripts and keeps what a test must see but a page does not show:
// which sounds play, when the page rings, and how the card of a call changed.
(() => {
  const seen = { playing: [], rings: [], cards: [] };
  window.witness = seen;

  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function () {
    if (!seen.playing.includes(this)) seen.playing.push(this);
    return play.call(this);
  };

  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) {
    if (this.context.state === "running") seen.rings.push(performance.now());
    return start.apply(this, when);
  };

  const look = () => {
    const card = document.querySelector("[data-testid=offer-card], [data-testid=call-card], [data-testid=wrapup-form]");
    const phase = card ? card.dataset.phase || "wrapup" : "idle";
    if (seen.cards.at(-1)?.phase === phase) return;
    const ticket = card?.querySelector("[data-testid=ticket-number]")?.textContent ?? "";
    seen.cards.push({ phase, ticket, text: card?.innerText ?? "", at: performance.now() });
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });

  /** drawn is how many waves a waveform shows: one per channel, 0 while one of them is still an empty canvas. */
  seen.drawn = (waveform) => {
    const waves = [...waveform.querySelectorAll("*")].flatMap((part) => [...(part.shadowRoot?.querySelectorAll(".canvases canvas") ?? [])]);
    const full = (wave) => wave.getContext("2d").getImageData(0, 0, wave.width, wave.height).data.some((value) => value > 0);
    return waves.every(full) ? waves.length : 0;
  };

  // The caller's voice, as it comes out of the page's own loudspeaker.
  const voice = () => seen.playing.filter((one) => one.srcObject?.active && !one.paused && !one.muted && one.volume > 0).at(-1);

  let ear, heard;
  /** loudest is the strongest frequency in the caller's voice, and by how many dB it stands above all others. */
  seen.loudest = async () => {
    const stream = voice()?.srcObject;
    if (!stream) return { hz: 0, above: 0 };
    if (heard !== stream) {
      ear ??= new AudioContext();
      await ear.resume();
      heard = stream;
      seen.ear = ear.createAnalyser();
      seen.ear.fftSize = 16384;
      seen.ear.smoothingTimeConstant = 0;
      ear.createMediaStreamSource(stream).connect(seen.ear);
    }
    const db = new Float32Array(seen.ear.frequencyBinCount);
    seen.ear.getFloatFrequencyData(db);
    const bin = ear.sampleRate / seen.ear.fftSize;
    const top = db.indexOf(Math.max(...db));
    const far = db.filter((_, at) => Math.abs(at - top) * bin > 75);
    return { hz: Math.round(top * bin), above: Math.round(db[top] - Math.max(...far)), level: Math.round(db[top]) };
  };
})();
