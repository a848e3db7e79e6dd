// Shared by the pages of the peers: the same cameras, the same counting, one report to the server that started them.

export const query = new URLSearchParams(location.search);

export async function setting() {
  return (await fetch("/setting.json")).json();
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function renderer(gl) {
  const said = gl.getExtension("WEBGL_debug_renderer_info");
  return said ? gl.getParameter(said.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const pixel = new Uint8Array(4);

// Reading one pixel back makes the driver finish the frame: without it only the hand-over is timed.
export function finish(gl) {
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
}

export async function timedFrames(gl, count, draw) {
  const found = [];
  for (let k = 0; k < count; k += 1) {
    const start = performance.now();
    draw(k);
    finish(gl);
    found.push(performance.now() - start);
    await pause(0);
  }
  return median(found);
}

export async function timedPicks(count, pick) {
  const found = [];
  for (let k = 0; k < count; k += 1) {
    const x = (37 * k * 7) % 1280;
    const y = 200 + ((91 * k) % 500);
    const start = performance.now();
    await pick(x, y);
    found.push(performance.now() - start);
  }
  return median(found);
}

export async function report(result) {
  await fetch("/report", { method: "POST", body: JSON.stringify(result) });
}

export async function guarded(work) {
  try {
    await report(await work());
  } catch (error) {
    await report({ error: String(error && error.stack ? error.stack : error) });
  }
}
