extension Page {
  static let style = #"""
    :root {
      color-scheme: light;
      --ground: #f7f8fa; --panel: #ffffff; --raised: #eef1f5; --line: #d5dae1;
      --text: #1b2430; --quiet: #5a6675; --accent: #1f5fbf; --accent-soft: #dce8fa;
      --mark: #c2410c; --band: #1f5fbf22; --hatch: #00000010;
      --input: #7d8896; --parameter: #a67c00; --forward: #2f6fd0; --tangent: #7a4fc9;
      --adjoint: #c7502b; --accumulation: #b0338a; --update: #2b8a4b; --constant: #9aa3ae; --step: #44546a;
      --mono: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
      --sans: system-ui, "DejaVu Sans", "Segoe UI", sans-serif;
    }
    :root[data-theme="dark"] {
      color-scheme: dark;
      --ground: #12161c; --panel: #1a2029; --raised: #242c37; --line: #36404e;
      --text: #e4e9f0; --quiet: #9aa7b7; --accent: #7fb2ff; --accent-soft: #263a58;
      --mark: #ff9a5c; --band: #7fb2ff2b; --hatch: #ffffff12;
      --input: #8c98a8; --parameter: #d9aa2b; --forward: #6aa3ff; --tangent: #b08cff;
      --adjoint: #f08560; --accumulation: #ea7cc5; --update: #5fc27f; --constant: #6f7b8a; --step: #b7c3d3;
    }
    * { box-sizing: border-box; }
    html, body { height: 100%; margin: 0; }
    body {
      display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
      background: var(--ground); color: var(--text); font: 14px/1.45 var(--sans);
    }
    button, input { font: inherit; color: inherit; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    h1, h2, h3, p, dl, dd, pre { margin: 0; }
    header {
      display: flex; align-items: center; gap: 14px; padding: 8px 14px;
      background: var(--panel); border-bottom: 1px solid var(--line);
    }
    header h1 { font-size: 16px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    header .facts {
      flex: 1; min-width: 0; color: var(--quiet); font-size: 13px;
      white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
    }
    header input {
      width: 240px; padding: 5px 10px; border: 1px solid var(--line); border-radius: 6px;
      background: var(--ground);
    }
    header button, .tools button {
      padding: 4px 10px; border: 1px solid var(--line); border-radius: 6px;
      background: var(--panel); cursor: pointer;
    }
    header button:hover, .tools button:hover, .chip:hover { background: var(--raised); }
    main { display: grid; grid-template-columns: 400px minmax(0, 1fr); min-height: 0; }
    .side {
      display: grid; grid-template-rows: auto auto minmax(0, 1fr) auto; min-height: 0;
      background: var(--panel); border-right: 1px solid var(--line);
    }
    .tabs { display: flex; padding: 8px 8px 0; gap: 2px; border-bottom: 1px solid var(--line); }
    .tabs button {
      flex: 1; padding: 6px 4px; border: 0; border-bottom: 3px solid transparent;
      background: none; cursor: pointer; font-size: 13px; color: var(--quiet); white-space: nowrap;
    }
    .tabs button[aria-selected="true"] {
      color: var(--text); border-bottom-color: var(--accent); font-weight: 600;
    }
    .tabs .count { display: block; font-size: 11px; font-weight: 400; }
    .heads, .row { display: grid; gap: 8px; align-items: center; padding: 0 12px; }
    .heads {
      height: 26px; font-size: 11px; color: var(--quiet); border-bottom: 1px solid var(--line);
    }
    .nodes .heads, .nodes .row { grid-template-columns: minmax(0, 10fr) minmax(0, 9fr) minmax(0, 9fr) 48px; }
    .steps .heads, .steps .row { grid-template-columns: 44px minmax(0, 1fr) 84px; }
    .buffers .heads, .buffers .row { grid-template-columns: 66px minmax(0, 7fr) minmax(0, 8fr) 70px 74px; }
    .list { position: relative; overflow-y: auto; outline-offset: -2px; }
    .row {
      position: absolute; left: 0; right: 0; height: 26px; cursor: pointer;
      font: 12px/26px var(--mono); white-space: nowrap;
    }
    .row > * { overflow: hidden; text-overflow: ellipsis; }
    .row:hover { background: var(--raised); }
    .row[aria-selected="true"] { background: var(--accent-soft); box-shadow: inset 3px 0 var(--accent); }
    .row .quiet, .quiet { color: var(--quiet); }
    .end { text-align: right; }
    .name::before {
      content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 7px;
      border-radius: 2px; background: var(--kind);
    }
    .nothing { padding: 14px; color: var(--quiet); }
    .legend {
      display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 7px 12px; font-size: 11px;
      color: var(--quiet); border-top: 1px solid var(--line);
    }
    .legend span { white-space: nowrap; }
    .stage { display: grid; grid-template-rows: auto minmax(0, 1fr) 300px; min-height: 0; min-width: 0; }
    .trail {
      display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 18px;
      padding: 12px 16px; list-style: none; margin: 0; border-bottom: 1px solid var(--line);
    }
    .station {
      position: relative; height: 86px; padding: 6px 9px 8px; border: 1px solid var(--line);
      border-radius: 8px; background: var(--panel);
    }
    .station + .station::before {
      content: "→"; position: absolute; left: -17px; top: 30px; color: var(--quiet);
    }
    .station.here { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
    .station h3 {
      margin-bottom: 4px; font-size: 11px; font-weight: 600; color: var(--quiet);
      white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
    }
    .station .chips { max-height: 48px; overflow: hidden; }
    .chips { display: flex; flex-wrap: wrap; gap: 4px; }
    .chip {
      max-width: 100%; padding: 0 7px; border: 1px solid var(--line); border-radius: 5px;
      border-left: 4px solid var(--kind, var(--line)); background: var(--panel); cursor: pointer;
      font: 12px/20px var(--mono); white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
    }
    .chip[aria-current="true"] { background: var(--accent-soft); border-color: var(--accent); }
    .station .none, .more { font-size: 12px; color: var(--quiet); line-height: 1.35; }
    .detail { padding: 12px 18px 18px; overflow-y: auto; min-height: 0; outline-offset: -2px; }
    .detail h2 { font: 600 17px/1.4 var(--mono); overflow-wrap: anywhere; }
    .badge {
      margin-left: 10px; padding: 1px 8px; border-radius: 9px; background: var(--raised);
      font: 12px/18px var(--sans); color: var(--quiet); vertical-align: 2px;
    }
    .detail pre {
      margin: 8px 0 10px; padding: 8px 10px; border-radius: 6px; background: var(--raised);
      font: 12px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere;
      max-height: 216px; overflow-y: auto;
    }
    .facts-of { display: grid; grid-template-columns: 118px minmax(0, 1fr); gap: 5px 12px; }
    .facts-of dt { color: var(--quiet); }
    .facts-of dd { min-width: 0; overflow-wrap: anywhere; }
    .meter {
      display: inline-block; width: 150px; height: 8px; margin-left: 10px; border-radius: 4px;
      background: var(--raised); overflow: hidden; vertical-align: 1px;
    }
    .meter i { display: block; height: 100%; background: var(--accent); }
    .note { display: grid; grid-template-columns: 80px minmax(0, 1fr); gap: 8px; margin-bottom: 4px; }
    .note b { white-space: nowrap; }
    .note b { font-weight: 600; font-size: 12px; }
    .note.no b { color: var(--mark); }
    .note.yes b { color: var(--update); }
    .arena {
      display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0; min-width: 0;
      background: var(--panel); border-top: 1px solid var(--line);
    }
    .tools { display: flex; align-items: center; gap: 8px; padding: 6px 16px; font-size: 12px; }
    .tools h2 { font-size: 13px; }
    .tools .where { flex: 1; min-width: 0; color: var(--quiet); white-space: nowrap;
      overflow: hidden; text-overflow: ellipsis; }
    .tools button { padding: 1px 9px; font-size: 12px; }
    .picture { position: relative; margin: 0 12px 8px; outline-offset: 0; }
    .picture canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
    dialog {
      max-width: 560px; padding: 18px 24px; border: 1px solid var(--line); border-radius: 10px;
      background: var(--panel); color: var(--text);
    }
    dialog::backdrop { background: #0007; }
    dialog h2 { font-size: 16px; margin-bottom: 10px; }
    dialog dl { display: grid; grid-template-columns: 130px 1fr; gap: 6px 14px; margin-bottom: 14px; }
    kbd {
      padding: 0 6px; border: 1px solid var(--line); border-radius: 4px; background: var(--raised);
      font: 12px/18px var(--mono);
    }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    """#

  static let body = #"""
    <body>
    <header>
      <h1 id="title"></h1>
      <p class="facts" id="facts"></p>
      <input id="search" type="search" placeholder="Search  /" aria-label="Search the list"
        autocomplete="off" spellcheck="false">
      <button id="theme" type="button" aria-label="Change between light and dark">Dark</button>
      <button id="help" type="button" aria-haspopup="dialog">Keys</button>
    </header>
    <main>
      <section class="side" aria-label="Lists">
        <div class="tabs" id="tabs" role="tablist" aria-label="What is listed"></div>
        <div id="heads" aria-hidden="true"></div>
        <div class="list" id="list" role="listbox" tabindex="0" aria-label="List"></div>
        <div class="legend" id="legend" aria-hidden="true"></div>
      </section>
      <section class="stage" aria-label="The selected value">
        <ol class="trail" id="trail" aria-label="From the graph to the bytes"></ol>
        <div class="detail" id="detail" tabindex="0" role="region" aria-label="Details"></div>
        <div class="arena">
          <div class="tools">
            <h2>Arena</h2>
            <span class="where" id="where"></span>
            <button id="zoom-in" type="button" aria-label="Zoom in">+</button>
            <button id="zoom-out" type="button" aria-label="Zoom out">−</button>
            <button id="zoom-to" type="button">To selection</button>
            <button id="zoom-all" type="button">All</button>
          </div>
          <div class="picture" id="picture" tabindex="0" role="application"
            aria-label="The arena: steps across, bytes down, a rectangle for each buffer">
            <canvas id="base"></canvas><canvas id="overlay"></canvas>
          </div>
        </div>
      </section>
    </main>
    <p class="hidden" id="spoken" role="status" aria-live="polite"></p>
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl id="key-list"></dl>
      <form method="dialog"><button autofocus>Close</button></form>
    </dialog>
    """#
}
