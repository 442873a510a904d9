extension Page {
  /// Selecting, searching and keys; what runs when the page opens comes last.
  static let application = #"""
    const search = document.getElementById("search");
    const tabs = document.getElementById("tabs");
    const spoken = document.getElementById("spoken");
    const root = document.documentElement;

    // Shows a thing everywhere. The list changes to its kind unless it is not to.
    function select(kind, id, options) {
      if (id === null || id === undefined || id < 0 || id >= kinds[kind].count) return;
      selection = { kind, id };
      if (listed.kind !== kind || placeOf(id) === undefined) {
        if (listed.kind !== kind || search.value !== "") { search.value = ""; fillList(kind, ""); }
        drawTabs();
      }
      revealRow();
      drawTrail();
      drawDetail();
      paintOverlay();
      spoken.textContent = `${label(kind, id)}, ${kinds[kind].one}`;
      if (!(options && options.silent)) remember(`#${kind}${id}`);
    }
    // What was selected for a while can be gone back to; browsers do not take one entry for each key that is held.
    let remembering = null;
    function remember(hash) {
      clearTimeout(remembering);
      remembering = setTimeout(() => { if (location.hash !== hash) history.pushState(null, "", hash); }, 250);
    }
    function readHash() {
      const parts = /^#([gcsb])(\d+)$/.exec(location.hash);
      if (parts && Number(parts[2]) < kinds[parts[1]].count) {
        select(parts[1], Number(parts[2]), { silent: true });
        return true;
      }
      return false;
    }

    function drawTabs() {
      tabs.replaceChildren(...Object.keys(kinds).map((kind) => element("button", {
        type: "button", role: "tab", id: `tab-${kind}`, "data-tab": kind, "aria-controls": "list",
        "aria-selected": listed.kind === kind ? "true" : "false", tabindex: listed.kind === kind ? "0" : "-1",
      }, kinds[kind].title, element("span", { class: "count" }, kinds[kind].count.toLocaleString("en")))));
    }
    // Lists a kind, and goes on to what of it the selected thing is or became.
    function show(kind) {
      const own = stations(selection.kind, selection.id);
      search.value = "";
      fillList(kind, "");
      drawTabs();
      const near = kind === "g" ? [...own.g, ...own.d] : own[kind];
      if (near.length > 0) select(kind, near[0]); else if (kinds[kind].count > 0) select(kind, 0);
    }

    // Along the stations of the trail.
    function alongTrail(direction) {
      const own = stations(selection.kind, selection.id);
      let place = order.indexOf(stationOf(selection.kind, selection.id)) + direction;
      for (; place >= 0 && place < order.length; place += direction) {
        const station = order[place];
        if (own[station].length > 0) return select(station === "d" ? "g" : station, own[station][0]);
      }
    }
    function alongList(distance) {
      if (listed.ids.length === 0) return;
      const place = listed.kind === selection.kind ? placeOf(selection.id) : undefined;
      const next = place === undefined ? 0 : Math.min(Math.max(place + distance, 0), listed.ids.length - 1);
      select(listed.kind, listed.ids[next]);
    }

    document.addEventListener("click", (event) => {
      const target = event.target.closest("[data-kind]");
      if (target) return select(target.dataset.kind, Number(target.dataset.id));
      const tab = event.target.closest("[data-tab]");
      if (tab) { show(tab.dataset.tab); document.getElementById(`tab-${tab.dataset.tab}`).focus(); }
    });
    listElement.addEventListener("keydown", (event) => {
      const page = Math.max(1, Math.floor(listElement.clientHeight / rowHeight) - 1);
      const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, End: Infinity, Home: -Infinity };
      const { kind, id } = selection;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key in moves) alongList(moves[event.key]);
      else if (event.key === "ArrowLeft") select(kind, upstream(kind, id));
      else if (event.key === "ArrowRight") select(kind, downstream(kind, id));
      else if (event.key === "Enter") detailElement.focus();
      else return;
      event.preventDefault();
    });
    tabs.addEventListener("keydown", (event) => {
      const names = Object.keys(kinds), place = names.indexOf(listed.kind);
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = names[(place + step + names.length) % names.length];
      show(next);
      document.getElementById(`tab-${next}`).focus();
      event.preventDefault();
    });
    picture.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], side = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const own = stations(selection.kind, selection.id);
      if (step !== undefined) {
        const now = own.s.length > 0 ? own.s[0] : 0;
        select("s", Math.min(Math.max(now + step, 0), stepCount - 1));
      } else if (side !== undefined) {
        const now = own.s.length > 0 ? own.s[0] : 0;
        const live = shown.filter((id) => data.buffers.firsts[id] <= now && data.buffers.lasts[id] >= now)
          .sort((a, b) => data.buffers.offsets[a] - data.buffers.offsets[b]);
        const place = own.b.length > 0 ? live.indexOf(own.b[0]) : -1;
        if (live.length > 0) select("b", live[Math.min(Math.max(place + side, 0), live.length - 1)]);
      } else if (event.key === "Enter") detailElement.focus();
      else return;
      event.preventDefault();
    });
    document.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      if (event.target === search) {
        const found = event.key === "Enter" ? first(listed.ids) : null;
        if (event.key === "Escape" || found !== null) {
          // The list is whole again, at what was found.
          search.value = "";
          fillList(listed.kind, "");
          if (found === null) revealRow(); else select(listed.kind, found);
          listElement.focus();
        }
        else if (event.key === "ArrowDown") listElement.focus();
        else return;
        return event.preventDefault();
      }
      const tab = Object.keys(kinds)[Number(event.key) - 1];
      if (event.key === "/") { search.focus(); search.select(); }
      else if (event.key === "?") openKeys();
      else if (event.key === "[") alongTrail(-1);
      else if (event.key === "]") alongTrail(1);
      else if (event.key === "z") zoomToSelection();
      else if (event.key === "0") setView(whole());
      else if (event.key === "Escape") listElement.focus();
      else if (tab) { show(tab); listElement.focus(); }
      else return;
      event.preventDefault();
    });
    search.addEventListener("input", () => { fillList(listed.kind, search.value); drawTabs(); });

    picture.addEventListener("pointermove", (event) => {
      const area = picture.getBoundingClientRect();
      if (drag) {
        const box = frame();
        const dx = (event.clientX - drag.x) / (box.right - box.left) * (drag.view.x1 - drag.view.x0);
        const dy = (event.clientY - drag.y) / (box.bottom - box.top) * (drag.view.y1 - drag.view.y0);
        drag.moved = drag.moved || Math.abs(event.clientX - drag.x) + Math.abs(event.clientY - drag.y) > 4;
        if (drag.moved) setView({ x0: drag.view.x0 - dx, x1: drag.view.x1 - dx, y0: drag.view.y0 - dy, y1: drag.view.y1 - dy });
        return;
      }
      const found = bufferAt(event.clientX - area.left, event.clientY - area.top);
      if (found !== hovered) { hovered = found; paintOverlay(); }
      picture.style.cursor = found === null ? "default" : "pointer";
    });
    let drag = null;
    picture.addEventListener("pointerdown", (event) => {
      drag = { x: event.clientX, y: event.clientY, view: { ...view }, moved: false };
      picture.setPointerCapture(event.pointerId);
    });
    picture.addEventListener("pointerup", (event) => {
      const area = picture.getBoundingClientRect(), wasDrag = drag && drag.moved;
      drag = null;
      if (wasDrag) return;
      const found = bufferAt(event.clientX - area.left, event.clientY - area.top);
      if (found !== null) select("b", found);
      else if (stepCount > 0) select("s", stepAt(event.clientX - area.left));
    });
    picture.addEventListener("pointerleave", () => { if (hovered !== null) { hovered = null; paintOverlay(); } });
    picture.addEventListener("wheel", (event) => {
      event.preventDefault();
      const area = picture.getBoundingClientRect(), box = frame();
      const x = view.x0 + (event.clientX - area.left - box.left) / (box.right - box.left) * (view.x1 - view.x0);
      const y = view.y0 + (event.clientY - area.top - box.top) / (box.bottom - box.top) * (view.y1 - view.y0);
      zoom(Math.exp(event.deltaY / 500), x, y);
    }, { passive: false });
    document.getElementById("zoom-in").addEventListener("click", () => zoom(0.5, ...middle()));
    document.getElementById("zoom-out").addEventListener("click", () => zoom(2, ...middle()));
    document.getElementById("zoom-all").addEventListener("click", () => setView(whole()));
    document.getElementById("zoom-to").addEventListener("click", zoomToSelection);

    const themeButton = document.getElementById("theme");
    function setTheme(name) {
      root.dataset.theme = name;
      palette.clear();
      themeButton.textContent = name === "dark" ? "Light" : "Dark";
      paintBase();
      paintOverlay();
    }
    themeButton.addEventListener("click", () => setTheme(root.dataset.theme === "dark" ? "light" : "dark"));
    const keysDialog = document.getElementById("keys");
    function openKeys() { keysDialog.showModal(); }
    document.getElementById("help").addEventListener("click", openKeys);
    for (const [keys, meaning] of [
      [["/"], "search; Enter goes to the first, ↓ into what was found"],
      [["1", "2", "3", "4"], "graph, after passes, steps, buffers"],
      [["↑", "↓"], "the next in the list, or in the arena the next buffer"],
      [["←", "→"], "what it reads and what reads it, or in the arena the next step"],
      [["["], "towards the graph"], [["]"], "towards the bytes"],
      [["Enter"], "to the details"], [["Esc"], "to the list"],
      [["z"], "the arena around the selection"], [["0"], "the whole arena"],
    ]) {
      document.getElementById("key-list").append(
        element("dt", {}, keys.flatMap((key) => [element("kbd", {}, key), " "])), element("dd", {}, meaning));
    }

    document.getElementById("title").textContent = data.title;
    document.getElementById("facts").textContent = [
      ...data.dimensions, count(kinds.g.count, "node"), `${kinds.c.count.toLocaleString("en")} after passes`,
      count(stepCount, "step"), `arena ${bytes(data.arenaByteCount)}`,
      data.profile ? `${time(data.profile.runSeconds)} a run (${data.profile.summary})` : "",
    ].filter((fact) => fact !== "").join(" · ");
    document.getElementById("legend").append(...[...roles, "constant"].map((role) =>
      element("span", { class: "name", style: `--kind: var(--${role})` }, role)));
    setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    fillList("g", "");
    drawTabs();
    if (!readHash()) {
      const output = data.ports.find((port) => port.kind === 2 && port.source !== undefined);
      select("g", output ? output.source : kinds.g.count - 1, { silent: true });
    }
    addEventListener("popstate", readHash);
    new ResizeObserver(() => { paintBase(); paintOverlay(); drawList(); }).observe(picture);
    const idle = window.requestIdleCallback || ((work) => setTimeout(work, 200));
    for (const kind of Object.keys(kinds)) idle(() => textsOf(kind));
    window.opened = performance.now();
    """#
}
