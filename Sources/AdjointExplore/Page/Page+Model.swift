extension Page {
  /// What the data says, and what follows from it.
  static let model = #"""
    const data = JSON.parse(document.getElementById("data").textContent);
    const text = (number) => number === null || number === undefined ? "" : data.strings[number];
    const range = (count) => Array.from({ length: count }, (_, number) => number);
    const unique = (numbers) => [...new Set(numbers)];

    // What is selected: a kind of thing and its number.
    let selection = { kind: "g", id: 0 };

    // The four kinds of things: a selection is a kind and a number.
    const kinds = {
      g: { title: "Graph", one: "node of the graph", count: data.source.names.length, form: "nodes" },
      c: { title: "After passes", one: "node after the passes", count: data.compiled.names.length,
        form: "nodes" },
      s: { title: "Steps", one: "step", count: data.steps.kernels.length, form: "steps" },
      b: { title: "Buffers", one: "buffer", count: data.buffers.types.length, form: "buffers" },
    };
    const tables = { g: data.source, c: data.compiled };
    const roles = ["input", "parameter", "forward", "tangent", "adjoint", "accumulation", "update"];
    const bufferRoles = ["temporary", "input", "parameter", "constant", "view", "in place"];
    const lowerings = { port: 0, view: 1, constant: 2, computed: 3, unused: 4 };
    const derived = (role) => role >= 3;

    // Who reads a node, and which nodes a node's derivative has.
    function relations(table) {
      const users = table.names.map(() => []);
      const derivatives = table.names.map(() => []);
      table.operands.forEach((operands, node) => {
        for (const operand of unique(operands.map((pair) => pair[0]))) users[operand].push(node);
      });
      table.subjects.forEach((subject, node) => { if (subject !== null) derivatives[subject].push(node); });
      // The last is the whole; those before it go into it.
      for (const nodes of derivatives) nodes.reverse();
      return { users, derivatives };
    }
    const related = { g: relations(data.source), c: relations(data.compiled) };

    // Which steps write and read a buffer.
    const writers = data.buffers.types.map(() => []);
    const readers = data.buffers.types.map(() => []);
    data.steps.results.forEach((buffers, step) => { for (const b of unique(buffers)) writers[b].push(step); });
    data.steps.operands.forEach((buffers, step) => { for (const b of unique(buffers)) readers[b].push(step); });

    // What a report says of nodes and of steps.
    const notesOfNode = new Map(), notesOfStep = new Map();
    function file(map, key, note) {
      if (!map.has(key)) map.set(key, []);
      map.get(key).push(note);
    }
    for (const note of data.notes) {
      for (const node of note.nodes) file(notesOfNode, node, note);
      const steps = note.step === undefined || note.step === null
        ? unique(note.nodes.flatMap((node) => data.compiled.steps[node])) : [note.step];
      for (const step of steps) file(notesOfStep, step, note);
    }

    // Names by which outputs are known outside.
    const outputsOf = { g: new Map(), c: new Map(), b: new Map() };
    for (const port of data.ports) {
      if (port.kind !== 2) continue;
      if (port.source !== undefined) file(outputsOf.g, port.source, text(port.name));
      if (port.compiled !== undefined) file(outputsOf.c, port.compiled, text(port.name));
      if (port.buffer !== undefined) file(outputsOf.b, port.buffer, text(port.name));
    }

    const stepCount = kinds.s.count;
    const totalSeconds = data.profile ? data.profile.seconds.reduce((sum, one) => sum + one, 0) : 0;

    // The buffers that hold a node's value, through views.
    function buffersOf(node) {
      let place = node;
      for (let distance = 0; distance < 64; distance += 1) {
        if (data.compiled.buffers[place].length > 0) return data.compiled.buffers[place];
        if (data.compiled.lowerings[place] !== lowerings.view) return [];
        place = data.compiled.operands[place][0][0];
      }
      return [];
    }

    // Where a value is met on its way from the graph to its bytes.
    function stations(kind, id) {
      const own = { g: [], d: [], c: [], s: [], b: [] };
      if (kinds[kind].count === 0) return own;
      const sort = (nodes) => {
        for (const node of nodes) own[derived(data.source.roles[node]) ? "d" : "g"].push(node);
      };
      const downwards = (nodes) => {
        own.s = unique(nodes.flatMap((node) => data.compiled.steps[node])).sort((a, b) => a - b);
        own.b = unique(nodes.flatMap(buffersOf));
      };
      if (kind === "g") {
        own.c = data.source.counterparts[id];
        downwards(own.c);
        if (derived(data.source.roles[id])) {
          own.d = [id];
          if (data.source.subjects[id] !== null) own.g = [data.source.subjects[id]];
        } else {
          own.g = [id];
          own.d = related.g.derivatives[id];
        }
        return own;
      }
      own.c = kind === "c" ? [id] : kind === "s" ? data.steps.nodes[id]
        : data.buffers.nodes[id] === null || data.buffers.nodes[id] === undefined
          ? [] : [data.buffers.nodes[id]];
      sort(unique(own.c.flatMap((node) => data.compiled.counterparts[node])));
      if (kind === "c") downwards(own.c);
      if (kind === "s") { own.s = [id]; own.b = unique(data.steps.results[id]); }
      if (kind === "b") { own.b = [id]; own.s = writers[id]; }
      if (own.d.length === 0) own.d = unique(own.g.flatMap((node) => related.g.derivatives[node]));
      if (own.g.length === 0) {
        own.g = unique(own.d.map((node) => data.source.subjects[node]).filter((node) => node !== null));
      }
      return own;
    }

    // The thing before or after one of its own kind; null where there is none.
    const least = (numbers) => numbers.length > 0 ? Math.min(...numbers) : null;
    const most = (numbers) => numbers.length > 0 ? Math.max(...numbers) : null;
    const first = (numbers) => numbers.length > 0 ? numbers[0] : null;
    function upstream(kind, id) {
      if (kind === "s") {
        const steps = data.steps.operands[id].flatMap((buffer) => writers[buffer]);
        return most(steps.filter((step) => step < id));
      }
      if (kind === "b") return first(writers[id].flatMap((step) => data.steps.operands[step]));
      return first(tables[kind].operands[id].map((pair) => pair[0]));
    }
    function downstream(kind, id) {
      if (kind === "s") {
        const steps = data.steps.results[id].flatMap((buffer) => readers[buffer]);
        return least(steps.filter((step) => step > id));
      }
      if (kind === "b") return first(readers[id].flatMap((step) => data.steps.results[step]));
      return first(related[kind].users[id]);
    }
    """#

  /// Texts for things.
  static let describe = #"""
    const count = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many || one + "s"}`;
    function bytes(number) {
      if (number < 1024) return `${number} B`;
      const units = ["KiB", "MiB", "GiB", "TiB"];
      let value = number / 1024, unit = 0;
      while (value >= 1024 && unit < 3) { value /= 1024; unit += 1; }
      return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[unit]}`;
    }
    function time(seconds) {
      const units = [["s", 1], ["ms", 1e-3], ["µs", 1e-6], ["ns", 1e-9]];
      const [name, unit] = units.find(([, size]) => seconds >= size) || units[3];
      const value = seconds / unit;
      return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${name}`;
    }
    function label(kind, id) {
      if (kind === "s") return `step ${id}`;
      if (kind === "b") return `b${id}`;
      return "%" + text(tables[kind].names[id]);
    }
    function place(kind, id) {
      const table = tables[kind];
      const name = text(table.files[id]), line = table.lines[id];
      return name === "" ? "" : line === null ? name : `${name}:${line}`;
    }
    const types = (kind, id) => tables[kind].types[id].map(text).join(", ");
    // The node as the graph prints it.
    function statement(kind, id) {
      const table = tables[kind], role = table.roles[id], name = text(table.names[id]);
      if (role < 2) return `${roles[role]} %${name}${text(table.tails[id])}`;
      const results = table.types[id].map((_, result) => "%" + name + (result > 0 ? `#${result}` : ""));
      const operands = table.operands[id].map(([node, result]) =>
        label(kind, node) + (result > 0 ? `#${result}` : ""));
      return `${results.join(", ")} = ${text(table.operators[id])}(${operands.join(", ")})${text(table.tails[id])}`;
    }
    function roleOf(kind, id) {
      if (kind === "b") {
        const role = data.buffers.roles[id], node = data.buffers.nodes[id];
        if (role === 1) return "input";
        if (role === 2) return "parameter";
        if (role === 3 || node === null || node === undefined) return "constant";
        return roles[data.compiled.roles[node]];
      }
      if (kind === "s") return "step";
      return roles[tables[kind].roles[id]];
    }
    const lifetime = (id) => {
      const first = data.buffers.firsts[id], last = data.buffers.lasts[id];
      return last === stepCount ? `${first}–end` : `${first}–${last}`;
    };
    const kernelLines = (step) => data.kernels[data.steps.kernels[step]].map(text);
    // What a search looks at.
    function searched(kind, id) {
      if (kind === "s") return `${label(kind, id)} ${kernelLines(id)[0]} `
        + data.steps.nodes[id].map((node) => label("c", node)).join(" ");
      if (kind === "b") {
        const node = data.buffers.nodes[id];
        return `${label(kind, id)} ${text(data.buffers.types[id])} `
          + (node === null || node === undefined ? "" : label("c", node));
      }
      return `${label(kind, id)} ${text(tables[kind].operators[id])} ${types(kind, id)} ${place(kind, id)} `
        + roles[tables[kind].roles[id]];
    }

    // Elements are made of texts alone: nothing of the graph is read as HTML.
    function element(tag, attributes, ...children) {
      const made = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes || {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name === "style") made.style.cssText = value; else made.setAttribute(name, value);
      }
      for (const child of children.flat()) {
        if (child !== null && child !== undefined) made.append(child);
      }
      return made;
    }
    const colour = (kind, id) => `--kind: var(--${roleOf(kind, id)})`;
    function chip(kind, id, current) {
      return element("button", {
        class: "chip", type: "button", "data-kind": kind, "data-id": id, style: colour(kind, id),
        "aria-current": current ? "true" : null, title: titleOf(kind, id),
      }, label(kind, id));
    }
    function titleOf(kind, id) {
      if (kind === "s") return kernelLines(id)[0];
      if (kind === "b") return `${text(data.buffers.types[id])}, ${bytes(data.buffers.byteCounts[id])}`;
      return statement(kind, id);
    }
    function chips(kind, ids, most, current) {
      if (ids.length === 0) return null;
      const shown = ids.slice(0, most).map((id) => chip(kind, id, current && current(id)));
      const rest = ids.length - shown.length;
      return element("div", { class: "chips" }, shown,
        rest > 0 ? element("span", { class: "more" }, `and ${rest.toLocaleString("en")} more`) : null);
    }
    """#
}
