extension Page {
  /// The list on the left: only the rows in view are elements.
  static let list = #"""
    const rowHeight = 26;
    const listElement = document.getElementById("list");
    const listHeads = document.getElementById("heads");
    const spacer = element("div");
    listElement.append(spacer);
    // What is listed: a kind, the things of it that the search leaves, and the place of each among them.
    const listed = { kind: "g", ids: [], places: null };
    // All things of each kind, and the texts that a search looks at, made when there is nothing else to do.
    const everything = {}, texts = {};
    for (const kind of Object.keys(kinds)) everything[kind] = range(kinds[kind].count);
    function textsOf(kind) {
      if (!texts[kind]) texts[kind] = everything[kind].map((id) => searched(kind, id).toLowerCase());
      return texts[kind];
    }
    // The place of a thing of the listed kind in the list; undefined where a search leaves it out.
    const placeOf = (id) => listed.places === null ? id : listed.places.get(id);
    const heads = {
      nodes: ["value", "operator", "type", "line"],
      steps: ["step", "kernel", data.profile ? "time" : "nodes"],
      buffers: ["buffer", "value", "type", "bytes", "live"],
    };

    // The file that most nodes are from: of them the line is enough.
    const mainFile = (() => {
      const counts = new Map();
      for (const name of data.source.files) {
        if (name !== null) counts.set(name, (counts.get(name) || 0) + 1);
      }
      return [...counts].reduce((best, one) => one[1] > best[1] ? one : best, [null, 0])[0];
    })();

    function fillList(kind, words) {
      const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
      listed.kind = kind;
      if (wanted.length === 0) {
        listed.ids = everything[kind];
        listed.places = null;
      } else {
        const own = textsOf(kind);
        listed.ids = everything[kind].filter((id) => wanted.every((word) => own[id].includes(word)));
        listed.places = new Map(listed.ids.map((id, place) => [id, place]));
      }
      const form = kinds[kind].form;
      listElement.parentElement.className = `side ${form}`;
      listHeads.className = "heads";
      listHeads.replaceChildren(...heads[form].map((head, column) =>
        element("span", { class: column > 0 && column === heads[form].length - 1 ? "end" : null }, head)));
      spacer.style.height = `${Math.max(listed.ids.length * rowHeight, 1)}px`;
      listElement.setAttribute("aria-label", `${kinds[kind].title}: ${listed.ids.length} listed`);
      listElement.scrollTop = 0;
      drawList();
    }

    function rowOf(kind, id, index) {
      const row = element("div", {
        class: "row", role: "option", id: `row-${kind}${id}`, "data-kind": kind, "data-id": id,
        "aria-selected": selection.kind === kind && selection.id === id ? "true" : "false",
        "aria-setsize": listed.ids.length, "aria-posinset": index + 1,
        style: `top: ${index * rowHeight}px; ${colour(kind, id)}`,
      });
      const cell = (content, style) => row.append(element("span", { class: style || null }, content));
      if (kind === "s") {
        cell(String(id), "name");
        cell(kernelLines(id)[0]);
        cell(data.profile ? time(data.profile.seconds[id]) : String(data.steps.nodes[id].length), "end quiet");
      } else if (kind === "b") {
        const node = data.buffers.nodes[id];
        cell(label(kind, id), "name");
        cell(node === null || node === undefined ? "constant" : label("c", node), "quiet");
        cell(text(data.buffers.types[id]), "quiet");
        cell(bytes(data.buffers.byteCounts[id]), "end");
        cell(lifetime(id), "end quiet");
      } else {
        const isOfMainFile = tables[kind].files[id] === mainFile;
        const line = isOfMainFile ? tables[kind].lines[id] : null;
        row.title = place(kind, id);
        cell(label(kind, id), "name");
        cell(text(tables[kind].operators[id]), "quiet");
        cell(types(kind, id), "quiet");
        cell(line === null ? "" : String(line), "end quiet");
      }
      return row;
    }

    let drawn = { kind: "", first: 0, end: 0, ids: null, selected: "" };
    function drawList() {
      const height = listElement.clientHeight || 600;
      const first = Math.max(0, Math.floor(listElement.scrollTop / rowHeight) - 4);
      const end = Math.min(listed.ids.length, Math.ceil((listElement.scrollTop + height) / rowHeight) + 4);
      const selected = `${selection.kind}${selection.id}`;
      if (drawn.kind === listed.kind && drawn.ids === listed.ids && drawn.first === first
        && drawn.end === end && drawn.selected === selected) return;
      drawn = { kind: listed.kind, first, end, ids: listed.ids, selected };
      const rows = listed.ids.slice(first, end).map((id, place) => rowOf(listed.kind, id, first + place));
      if (rows.length === 0) rows.push(element("div", { class: "nothing" }, "Nothing here has these words."));
      spacer.replaceChildren(...rows);
      const active = document.getElementById(`row-${selected}`);
      if (active) listElement.setAttribute("aria-activedescendant", active.id);
      else listElement.removeAttribute("aria-activedescendant");
    }
    listElement.addEventListener("scroll", drawList, { passive: true });

    // Scrolls the selected row into view.
    function revealRow() {
      const place = listed.kind === selection.kind ? placeOf(selection.id) : undefined;
      if (place !== undefined) {
        const top = place * rowHeight, height = listElement.clientHeight;
        if (top < listElement.scrollTop) listElement.scrollTop = top;
        else if (top + rowHeight > listElement.scrollTop + height) {
          listElement.scrollTop = top + rowHeight - height;
        }
      }
      drawList();
    }
    """#

  /// What is known of the selected thing, and its way from the graph to its bytes.
  static let detail = #"""
    const trailElement = document.getElementById("trail");
    const detailElement = document.getElementById("detail");
    const headings = { g: "Graph", d: "Derivative", c: "After passes", s: "Step", b: "Bytes" };
    const order = ["g", "d", "c", "s", "b"];
    const stationOf = (kind, id) => kind === "g" && derived(data.source.roles[id]) ? "d" : kind;

    // Why a station is empty.
    function absence(station, own) {
      if (station === "g") return "not from the graph";
      if (station === "d") return "no derivative in this graph";
      if (station === "c") return "merged, folded, or not needed";
      if (own.c.length === 0) return "nothing to compute";
      const lowering = data.compiled.lowerings[own.c[0]];
      if (station === "s") {
        return lowering === lowerings.port ? "given from outside" : lowering === lowerings.constant
          ? "a constant: no step" : lowering === lowerings.view ? "a view: no step" : "no step";
      }
      return lowering === lowerings.computed ? "stays in registers" : "no bytes of its own";
    }

    function drawTrail() {
      const { kind, id } = selection, own = stations(kind, id), here = stationOf(kind, id);
      trailElement.replaceChildren(...order.map((station) => {
        const target = station === "d" ? "g" : station;
        const current = (other) => target === kind && other === id;
        const number = own[station].length;
        const list = chips(target, own[station].slice(0, 4), 4, current);
        return element("li", {
          class: station === here ? "station here" : "station", "data-station": station,
        }, element("h3", {}, headings[station] + (number > 1 ? ` · ${number.toLocaleString("en")}` : "")),
        list || element("p", { class: "none" }, absence(station, own)));
      }));
      return own;
    }

    function facts(rows) {
      const list = element("dl", { class: "facts-of" });
      for (const [name, value] of rows) {
        if (value === null || value === undefined || value === "") continue;
        list.append(element("dt", {}, name), element("dd", {}, value));
      }
      return list;
    }
    const noteKinds = [["fused", "yes"], ["not fused", "no"], ["row by row", "yes"], ["apart", "no"]];
    function noteRows(notes, withNodes) {
      return (notes || []).slice(0, 40).map((note) => {
        const [name, style] = noteKinds[note.kind];
        return element("div", { class: `note ${style}` }, element("b", {}, name),
          element("div", {}, text(note.text), withNodes ? chips("c", note.nodes, 8) : null,
            !withNodes && note.step !== undefined ? chips("s", [note.step], 1) : null));
      });
    }
    function meter(share) {
      const bar = element("i", { style: `width: ${Math.min(100, Math.max(0, share * 100)).toFixed(1)}%` });
      return element("span", { class: "meter", "aria-hidden": "true" }, bar);
    }
    const percent = (share) => `${(share * 100).toFixed(1)} %`;

    function detailOfNode(kind, id) {
      const table = tables[kind], rows = [];
      const origin = table.origins[id], reason = text(table.reasons[id]);
      const compiled = kind === "c" ? [id] : table.counterparts[id];
      const outputs = outputsOf[kind].get(id);
      rows.push(["type", types(kind, id)], ["place", place(kind, id)]);
      if (outputs) rows.push(["output", outputs.join(", ")]);
      if (reason !== "") rows.push(["because", [reason, origin === null ? null : chips(kind, [origin], 1)]]);
      if (kind === "c") {
        const pass = text(table.passes[id]);
        rows.push(["made by", pass === "" ? "as it was given" : `the pass ${pass}`]);
        rows.push(["made of", chips("g", table.counterparts[id], 12) || "a rewrite alone"]);
      } else {
        rows.push(["became", chips("c", compiled, 12)
          || "no node of its own after the passes: merged with an equal one, folded, or not needed"]);
      }
      rows.push(["reads", chips(kind, unique(table.operands[id].map((pair) => pair[0])), 24)]);
      rows.push(["read by", chips(kind, related[kind].users[id], 24)]);
      rows.push(["derivative", chips(kind, related[kind].derivatives[id], 24)]);
      const steps = unique(compiled.flatMap((node) => data.compiled.steps[node]));
      rows.push(["computed in", chips("s", steps, 12)]);
      rows.push(["stored in", chips("b", unique(compiled.flatMap(buffersOf)), 12) || (steps.length > 0
        ? "nothing: it is computed where it is read, and stays in registers" : null)]);
      // Of a product, what its step takes in besides.
      const own = compiled.flatMap((node) => notesOfNode.get(node) || []);
      const around = own.length > 0 ? [] : unique(steps.flatMap((step) => notesOfStep.get(step) || []));
      rows.push(["fusion", [...noteRows(own, false), ...noteRows(around, true)]]);
      return [statement(kind, id), rows.filter((row) => !Array.isArray(row[1]) || row[1].length > 0)];
    }

    function detailOfStep(id) {
      const rows = [], operations = data.steps.operationCounts[id], moved = data.steps.byteCounts[id];
      const profile = data.profile;
      if (profile) {
        const seconds = profile.seconds[id], share = totalSeconds > 0 ? seconds / totalSeconds : 0;
        rows.push(["time", [`${time(seconds)}, ${percent(share)} of all steps, on `
          + count(profile.threadCounts[id], "thread"), meter(share)]]);
        const speed = (number, limit, unit) => {
          const rate = seconds > 0 ? number / seconds : 0;
          return [`${(rate * 1e-9).toFixed(2)} ${unit}, ${percent(rate / limit)} of what the machine can do`,
            meter(rate / limit)];
        };
        rows.push(["arithmetic", speed(operations, profile.operationsPerSecond, "GFLOP/s")]);
        rows.push(["memory", speed(moved, profile.bytesPerSecond, "GB/s")]);
      }
      rows.push(["work", `${count(operations, "operation")}, ${bytes(moved)} read and written`]);
      rows.push(["nodes", chips("c", data.steps.nodes[id], 40)]);
      rows.push(["reads", chips("b", unique(data.steps.operands[id]), 24)]);
      rows.push(["writes", chips("b", unique(data.steps.results[id]), 24)]);
      const fork = data.steps.forks.find((branches) => branches.some(([from, to]) => id >= from && id < to));
      if (fork) {
        rows.push(["fork", "may run beside steps " + fork.filter(([from, to]) => id < from || id >= to)
          .map(([from, to]) => to - from > 1 ? `${from}–${to - 1}` : String(from)).join(", ")]);
      }
      const notes = noteRows(notesOfStep.get(id), true);
      if (notes.length > 0) rows.push(["fusion", notes]);
      return [`k${data.steps.kernels[id]} ${kernelLines(id).join("\n  ")}`, rows];
    }

    function detailOfBuffer(id) {
      const buffers = data.buffers, node = buffers.nodes[id], rows = [];
      const offset = buffers.offsets[id], size = buffers.byteCounts[id];
      rows.push(["type", text(buffers.types[id])], ["bytes",
        `${size.toLocaleString("en")} at ${offset.toLocaleString("en")} of ${data.arenaByteCount.toLocaleString("en")}`]);
      rows.push(["holds", node === null || node === undefined ? "a constant" : chips("c", [node], 1)]);
      if (outputsOf.b.has(id)) rows.push(["output", outputsOf.b.get(id).join(", ")]);
      rows.push(["live", buffers.roles[id] > 0 && buffers.roles[id] < 4
        ? "from run to run" : `steps ${lifetime(id)}`]);
      if (buffers.others[id] !== null) {
        rows.push([buffers.roles[id] === 4 ? "view of" : "in place of", chips("b", [buffers.others[id]], 1)]);
      }
      rows.push(["written by", chips("s", writers[id], 12)], ["read by", chips("s", readers[id], 24)]);
      const alike = range(kinds.b.count).filter((other) => other !== id && buffers.others[other] !== id
        && buffers.others[id] !== other && buffers.offsets[other] < offset + size
        && offset < buffers.offsets[other] + buffers.byteCounts[other]);
      rows.push(["same bytes", chips("b", alike, 24)]);
      return [null, rows];
    }

    function drawDetail() {
      const { kind, id } = selection;
      const [statement, rows] = kind === "s" ? detailOfStep(id) : kind === "b" ? detailOfBuffer(id)
        : detailOfNode(kind, id);
      const badge = kind === "b" ? bufferRoles[data.buffers.roles[id]] : kind === "s" ? "step" : roleOf(kind, id);
      detailElement.replaceChildren(
        element("h2", { id: "selected" }, label(kind, id), element("span", { class: "badge" }, badge)),
        statement === null ? element("p", {}, " ") : element("pre", {}, statement), facts(rows));
      detailElement.scrollTop = 0;
    }
    """#
}
