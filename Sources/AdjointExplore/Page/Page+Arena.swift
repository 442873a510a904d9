extension Page {
  /// The picture of the arena, steps across and bytes down; what does not change with the selection is painted once.
  static let arena = #"""
    const picture = document.getElementById("picture");
    const base = document.getElementById("base"), overlay = document.getElementById("overlay");
    const margin = { left: 66, right: 8, top: 6, bottom: 20 };
    const stripHeight = data.profile ? 34 : 0;
    const slowest = data.profile ? data.profile.seconds.reduce((most, one) => Math.max(most, one), 1e-12) : 1;
    const whole = () => ({ x0: 0, x1: Math.max(stepCount, 1), y0: 0, y1: Math.max(data.arenaByteCount, 64) });
    let view = whole();
    const shown = range(kinds.b.count).filter((id) => data.buffers.roles[id] !== 4 && data.buffers.byteCounts[id] > 0);
    // The colours and fonts of the theme, read once.
    const palette = new Map();
    function hex(name) {
      if (!palette.has(name)) {
        palette.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
      }
      return palette.get(name);
    }

    function frame() {
      const width = picture.clientWidth, height = picture.clientHeight;
      const top = margin.top + stripHeight;
      return { width, height, left: margin.left, top, right: width - margin.right, bottom: height - margin.bottom };
    }
    const xOf = (step, box) => box.left + (step - view.x0) / (view.x1 - view.x0) * (box.right - box.left);
    const yOf = (byte, box) => box.top + (byte - view.y0) / (view.y1 - view.y0) * (box.bottom - box.top);
    function rectangle(id, box) {
      const buffers = data.buffers;
      const x = xOf(buffers.firsts[id], box), right = xOf(Math.min(buffers.lasts[id] + 1, stepCount), box);
      const y = yOf(buffers.offsets[id], box), bottom = yOf(buffers.offsets[id] + buffers.byteCounts[id], box);
      return [x, y, Math.max(right - x, 1.5), Math.max(bottom - y, 1.5)];
    }
    const outside = ([x, y, width, height], box) =>
      x > box.right || x + width < box.left || y > box.bottom || y + height < box.top;

    function context(canvas, box) {
      const scale = window.devicePixelRatio || 1;
      const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
      if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
      const paint = canvas.getContext("2d");
      paint.setTransform(scale, 0, 0, scale, 0, 0);
      paint.clearRect(0, 0, box.width, box.height);
      return paint;
    }
    function clip(paint, box) {
      paint.beginPath();
      paint.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
      paint.clip();
    }
    // A number of bytes in a unit in which marks at such distances are whole.
    function mark(byte, distance) {
      const unit = [[1 << 30, "GiB"], [1 << 20, "MiB"], [1024, "KiB"]].find(([size]) => distance >= size);
      return unit ? `${(byte / unit[0]).toLocaleString("en")} ${unit[1]}` : `${byte.toLocaleString("en")} B`;
    }
    // Distances between marks that are easy to count by.
    function spacing(length, most, steps) {
      let size = steps[0];
      for (const step of steps) { size = step; if (length / step <= most) return step; }
      while (length / size > most) size *= 2;
      return size;
    }

    function paintBase() {
      const box = frame();
      if (box.right <= box.left || box.bottom <= box.top) return;
      const paint = context(base, box);
      const colours = {};
      for (const role of [...roles, "constant"]) colours[role] = hex(role);
      const [line, quiet, panel] = [hex("line"), hex("quiet"), hex("panel")];
      paint.font = `11px ${hex("sans")}`;
      paint.textBaseline = "middle";
      const perStep = (box.right - box.left) / (view.x1 - view.x0);
      const ticks = spacing(view.x1 - view.x0, (box.right - box.left) / 56, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
      paint.textAlign = ticks === 1 && perStep > 20 ? "center" : "left";
      for (let step = Math.ceil(view.x0 / ticks) * ticks; step <= view.x1; step += ticks) {
        const x = xOf(step, box);
        paint.fillStyle = line;
        paint.fillRect(x, box.top, 1, box.bottom - box.top);
        if (step < view.x1 && step < stepCount && (paint.textAlign === "center" || x < box.right - 30)) {
          paint.fillStyle = quiet;
          paint.fillText(String(step), paint.textAlign === "center" ? x + perStep / 2 : x + 2, box.bottom + 10);
        }
      }
      const rows = spacing(view.y1 - view.y0, (box.bottom - box.top) / 34, [64]);
      paint.textAlign = "right";
      for (let byte = Math.ceil(view.y0 / rows) * rows; byte <= view.y1; byte += rows) {
        const y = yOf(byte, box);
        paint.fillStyle = line;
        paint.fillRect(box.left, y, box.right - box.left, 1);
        paint.fillStyle = quiet;
        paint.fillText(mark(byte, rows), box.left - 7, y);
      }
      paint.save();
      clip(paint, box);
      paint.lineWidth = 1;
      paint.textAlign = "left";
      paint.font = `11px ${hex("mono")}`;
      for (const id of shown) {
        const place = rectangle(id, box);
        if (outside(place, box)) continue;
        const [x, y, width, height] = place;
        paint.globalAlpha = data.buffers.roles[id] === 0 || data.buffers.roles[id] === 5 ? 0.82 : 0.5;
        paint.fillStyle = colours[roleOf("b", id)];
        paint.fillRect(x, y, width, height);
        paint.globalAlpha = 1;
        if (width > 5 && height > 5) { paint.strokeStyle = panel; paint.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1); }
        const from = Math.max(x, box.left), room = Math.min(x + width, box.right) - from;
        if (height > 13 && room > 30) {
          const node = data.buffers.nodes[id];
          const name = label("b", id) + (node === null || node === undefined ? "" : " " + label("c", node));
          const fits = Math.floor((room - 8) / 6.7);
          const isFull = data.buffers.roles[id] === 0 || data.buffers.roles[id] === 5;
          const isDark = document.documentElement.dataset.theme === "dark";
          paint.fillStyle = !isFull ? hex("text") : isDark ? "#0b0e12" : "#fff";
          if (fits > 2) {
            paint.fillText(name.length > fits ? name.slice(0, fits - 1) + "…" : name, from + 4, y + Math.min(height / 2, 12));
          }
        }
      }
      paint.restore();
      if (data.profile) paintTimes(paint, box, quiet);
    }

    // The time of each step above it.
    function paintTimes(paint, box, quiet) {
      paint.font = `11px ${hex("sans")}`;
      paint.textAlign = "right";
      paint.fillStyle = quiet;
      paint.fillText("time", box.left - 7, margin.top + stripHeight / 2 - 3);
      paint.fillStyle = hex("accent");
      const first = Math.max(0, Math.floor(view.x0)), end = Math.min(stepCount, Math.ceil(view.x1));
      for (let step = first; step < end; step += 1) {
        const x = Math.max(xOf(step, box), box.left), right = Math.min(xOf(step + 1, box), box.right);
        const height = data.profile.seconds[step] / slowest * (stripHeight - 8);
        paint.fillRect(x + 0.5, margin.top + stripHeight - 5 - height, Math.max(right - x - 1, 1), Math.max(height, 0.7));
      }
    }

    function paintOverlay() {
      const box = frame();
      if (box.right <= box.left || box.bottom <= box.top) return;
      const paint = context(overlay, box), own = stations(selection.kind, selection.id);
      paint.save();
      clip(paint, { ...box, top: margin.top });
      paint.fillStyle = hex("band");
      for (const step of own.s.slice(0, 400)) {
        const x = xOf(step, box);
        paint.fillRect(x, margin.top, Math.max(xOf(step + 1, box) - x, 2), box.bottom - margin.top);
      }
      const outline = (id, colour, width) => {
        const [x, y, w, h] = rectangle(id, box);
        paint.strokeStyle = colour;
        paint.lineWidth = width;
        paint.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1);
      };
      if (selection.kind === "s") {
        paint.setLineDash([4, 3]);
        for (const id of unique(data.steps.operands[selection.id])) outline(id, hex("text"), 1.5);
        paint.setLineDash([]);
      }
      for (const id of own.b.slice(0, 400)) outline(id, hex("text"), 2.5);
      if (hovered !== null) outline(hovered, hex("mark"), 2);
      paint.restore();
      const what = own.b.length > 0 ? own.b[0] : null;
      const about = hovered !== null ? hovered : what;
      document.getElementById("where").textContent = about === null
        ? `${bytes(data.arenaByteCount)}, ${count(stepCount, "step")}`
        : `${label("b", about)}: ${text(data.buffers.types[about])}, ${bytes(data.buffers.byteCounts[about])} at `
          + `${data.buffers.offsets[about].toLocaleString("en")}, live ${lifetime(about)}`;
    }

    // The buffer under a point: of several the one that lives shortest.
    let hovered = null;
    function bufferAt(x, y) {
      const box = frame();
      let found = null, least = Infinity;
      for (const id of shown) {
        const [left, top, width, height] = rectangle(id, box);
        if (x < left || x > left + width || y < top || y > top + height) continue;
        const size = width * height;
        if (size < least) { least = size; found = id; }
      }
      return found;
    }
    function stepAt(x) {
      const box = frame();
      const step = Math.floor(view.x0 + (x - box.left) / (box.right - box.left) * (view.x1 - view.x0));
      return Math.min(Math.max(step, 0), stepCount - 1);
    }

    function setView(next) {
      const all = whole();
      const width = Math.min(Math.max(next.x1 - next.x0, Math.min(2, all.x1)), all.x1);
      const height = Math.min(Math.max(next.y1 - next.y0, Math.min(256, all.y1)), all.y1);
      const x0 = Math.min(Math.max(next.x0, 0), all.x1 - width);
      const y0 = Math.min(Math.max(next.y0, 0), all.y1 - height);
      view = { x0, x1: x0 + width, y0, y1: y0 + height };
      paintBase();
      paintOverlay();
    }
    function zoom(factor, x, y) {
      setView({ x0: x - (x - view.x0) * factor, x1: x + (view.x1 - x) * factor,
        y0: y - (y - view.y0) * factor, y1: y + (view.y1 - y) * factor });
    }
    const middle = () => [(view.x0 + view.x1) / 2, (view.y0 + view.y1) / 2];
    function zoomToSelection() {
      const ids = stations(selection.kind, selection.id).b;
      if (ids.length === 0) return setView(whole());
      const id = ids[0], buffers = data.buffers;
      const width = Math.min(buffers.lasts[id] + 1, stepCount) - buffers.firsts[id];
      const height = Math.max(buffers.byteCounts[id], 64);
      setView({ x0: buffers.firsts[id] - width - 2, x1: buffers.firsts[id] + 2 * width + 2,
        y0: buffers.offsets[id] - 2 * height, y1: buffers.offsets[id] + 3 * height });
    }
    """#
}
