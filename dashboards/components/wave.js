// The timeline of a call: how loud each channel was, who spoke when, and where nobody spoke.
const LOUDEST = 60; // the value of the loudest bin; see player.py

function drawWave(canvas, { lanes, silences, bin }, total) {
  const box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return;
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const x = (seconds) => (box.width * seconds) / total;

  pen.fillStyle = colour("hush");
  pen.strokeStyle = colour("hush-line");
  for (const [start, end] of silences) {
    const [left, width] = [x(start), Math.max(1, x(end) - x(start))];
    pen.fillRect(left, 0, width, box.height);
    pen.save();
    pen.beginPath();
    pen.rect(left, 0, width, box.height);
    pen.clip();
    pen.beginPath();
    for (let at = left - box.height; at < left + width; at += 6) {
      pen.moveTo(at, box.height);
      pen.lineTo(at + box.height, 0);
    }
    pen.stroke();
    pen.restore();
  }

  const height = box.height / lanes.length;
  lanes.forEach((lane, row) => {
    const middle = height * (row + 0.5);
    const reach = height / 2 - 2;
    const half = (level) => Math.max(0.5, (reach * level) / LOUDEST);
    if (!lane.levels.length) {
      for (const [start, end, speaker] of lane.spans) {
        pen.fillStyle = colour(speaker);
        pen.fillRect(x(start), middle - reach / 2, Math.max(1.5, x(end) - x(start)), reach);
      }
      return;
    }
    const bars = (from, to) => {
      for (let px = Math.floor(x(from)); px < Math.max(x(from) + 1, x(to)); px++) {
        const first = Math.floor((px * total) / box.width / bin);
        const last = Math.max(first + 1, Math.floor(((px + 1) * total) / box.width / bin));
        const level = Math.max(0, ...lane.levels.slice(first, last));
        pen.fillRect(px, middle - half(level), 1, 2 * half(level));
      }
    };
    pen.fillStyle = colour("quiet-wave");
    bars(0, total);
    for (const [start, end, speaker] of lane.spans) {
      pen.fillStyle = colour(speaker);
      bars(start, end);
    }
  });
}
