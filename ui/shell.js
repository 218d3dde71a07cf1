/*
 * Mends, in one place, what Streamlit gets wrong for people who use a keyboard or a screen reader
 * and for those who read Swedish. ui/server.py puts this into the page shell, with its hash in the
 * content policy and the words of ui/shell_words.json where WORDS is set.
 *
 * Streamlit draws with React and may redraw anything at any time. Nothing here holds on to what was
 * drawn: one observer looks at what is added or changed and mends it again. It runs before the
 * next frame, so no English flickers by, and it skips charts, which are most of a page's nodes.
 */
(() => {
  "use strict";

  const WORDS = /* words */ [];
  const UPDATED = { sv: "Sidan är uppdaterad.", en: "The page has been updated." };
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const STATE = "data-test-script-state";
  const SVG = "http://www.w3.org/2000/svg";

  // Streamlit's number library tries WebAssembly and does without where there is none. The content
  // policy forbids it: gone, it is not tried, and a breach that is told of is one to look into.
  delete window.WebAssembly;

  // ------------------------------------------------------------ history

  // A page that is opened from the menu has its address completed with what is chosen, a parameter
  // at a time. Each would be a step of its own for the back button, through pages with other
  // figures that nobody has visited. Only what the visitor does on the page is a step.
  // Nor is the address of the page that is being left, which the menu's click strips of its choices
  // before it goes on: whoever steps back wants the page as it was.
  const push = history.pushState.bind(history);
  let acted = false, leaving = false;
  history.pushState = (state, unused, address) => {
    const to = new URL(address ?? location.href, location.href);
    const same = to.pathname === location.pathname;
    if (same && leaving) return undefined;
    if (same && !acted) return history.replaceState(state, unused, address);
    if (!same) acted = leaving = false;
    return push(state, unused, address);
  };
  const act = (event) => {
    acted = true;
    const link = event.target.closest?.('[data-testid="stSidebarNavLink"]');
    leaving = Boolean(link) && new URL(link.href).pathname !== location.pathname
      && (event.type === "pointerdown" || event.key === "Enter");
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, act, true);
  addEventListener("popstate", () => { acted = leaving = false; }, true);

  // ------------------------------------------------------------ language

  // The last one counts where there are several, as for the server.
  const language = () =>
    new URLSearchParams(location.search).getAll("lang").at(-1) === "en" ? "en" : "sv";

  /** A text with stars for what varies, as a regular expression; null for a text without. */
  const pattern = (text) =>
    text.includes("*")
      ? new RegExp("^" + text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "(.+?)") + "$", "s")
      : null;

  // Each word is translated only where Streamlit itself writes it (a department may be called
  // Open): at an element with the test id, and in the parts of it that are named.
  const zones = new Map();
  for (const { at, parts, words } of WORDS) {
    const exact = new Map(Object.entries(words));
    const patterns = [...exact].map(([from, to]) => [pattern(from), to]).filter(([from]) => from);
    for (const id of at) zones.set(id, [...(zones.get(id) ?? []), { parts, exact, patterns }]);
  }
  const ZONED = "[data-testid],[data-live-announcer]";
  const zonesOf = (element) =>
    zones.get(element.getAttribute("data-testid"))
    ?? (element.hasAttribute("data-live-announcer") ? zones.get("liveAnnouncer") : undefined);

  function swedish({ exact, patterns }, english) {
    if (exact.has(english)) return exact.get(english);
    for (const [from, to] of patterns) {
      const found = from.exec(english);
      let part = 0;
      if (found) return to.replace(/\*/g, () => found[++part]);
    }
    return null;
  }

  /** What was translated: node → { slot: [English, Swedish] }, to be undone in English. */
  const translated = new WeakMap();

  function put(zone, node, slot, now, write) {
    const kept = translated.get(node) ?? {};
    if (language() === "en") {
      if (kept[slot]?.[1] === now) write(kept[slot][0]);
      return;
    }
    const found = now && kept[slot]?.[1] !== now ? swedish(zone, now) : null;
    if (found === null || found === now) return;
    translated.set(node, { ...kept, [slot]: [now, found] });
    write(found);
  }

  function translate(root) {
    for (const zone of zonesOf(root)) {
      for (const element of [root, ...(zone.parts ? root.querySelectorAll(zone.parts) : [])]) {
        for (const name of ATTRIBUTES) {
          const now = element.getAttribute(name);
          if (now) put(zone, element, name, now, (text) => element.setAttribute(name, text));
        }
        for (const node of element.childNodes) {
          if (node.nodeType !== Node.TEXT_NODE) continue;
          put(zone, node, "text", node.data, (text) => { node.data = text; });
        }
      }
    }
  }

  // ------------------------------------------------------------ names and roles

  const HEADING = ":is(h1,h2,h3,h4) [data-heading-text], h1";
  const headingBefore = (part) =>
    [...document.querySelectorAll(HEADING)]
      .filter((h) => h.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING)
      .at(-1);

  let left; // the timer of this tab's login
  const out = new BroadcastChannel("distanskollen");
  // Another tab shows the page for logging in: it has logged out, and so have we.
  out.onmessage = () => { if (document.querySelector("[data-dk-left]")) location.reload(); };

  const MENDS = {
    // The chart has a sentence that tells what it shows. Its pieces of text, read in the order they
    // were drawn ("4 20 % 52 %"), only hide that sentence and the table with the same figures.
    "[role=figure][aria-label] .plot-container": (plot) => plot.setAttribute("aria-hidden", "true"),
    // Twelve links called “Link to heading” are one link twelve times in a list of links.
    "[data-testid=stHeaderActionElements] a[aria-label='Link to heading']": (link) => {
      const heading = link.closest("h1,h2,h3,h4,h5,h6")?.querySelector("[data-heading-text]");
      if (heading) link.setAttribute("aria-label", `Link to heading: ${heading.textContent}`);
    },
    // The data grid and rows of tabs have no name: they take that of what they lie in or under.
    "[role=grid]:not([aria-label]), [role=tablist]:not([aria-label])": (part) => {
      const name = part.closest("details")?.querySelector("summary p") ?? headingBefore(part);
      if (name) part.setAttribute("aria-label", name.textContent);
    },
    // Each language is named in itself, and read aloud in itself.
    "[data-testid=stRadioOption] p": (option) => {
      const code = { Svenska: "sv", English: "en" }[option.textContent];
      if (code) option.lang = code;
    },
    // Which page this is was told by colour alone.
    "[data-testid=stSidebarNavLink]": (link) => {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    },
    // A login ends also in a tab that nobody touches. Seconds and not the hour: the visitor's clock
    // may be wrong.
    "[data-dk-left]": (sign) => {
      clearTimeout(left);
      left = setTimeout(() => location.reload(), Math.min(sign.dataset.dkLeft * 1000 + 1500, 2e9));
    },
    "[data-dk-door]": () => out.postMessage("out"),
  };
  const MENDED = Object.keys(MENDS).join(",");

  function mend(element) {
    for (const [where, how] of Object.entries(MENDS)) if (element.matches(where)) how(element);
  }

  /** Mend what lies in a node; add to ``roots`` the places in it where there may be words. */
  function look(node, roots) {
    const self = node === document ? [] : [node];
    for (const element of [...self, ...node.querySelectorAll(MENDED)]) mend(element);
    for (const element of [...self, ...node.querySelectorAll(ZONED)]) {
      if (zonesOf(element)) roots.add(element);
    }
  }

  function lookAgain() {
    const roots = new Set();
    look(document, roots);
    for (const root of roots) translate(root);
  }

  // ------------------------------------------------------------ where the reader is

  let settled = null; // the address (an URL) of what is shown; null until the first page is there
  let asked = location.href;
  let since = performance.now(); // when it was asked for
  let held = null; // what had the focus when another address was asked for
  let place = null; // where the reader was put, while React may still redraw it: { find, until }

  /** Called often: does nothing until another address has been asked for and its page is drawn. */
  function follow() {
    if (place && document.activeElement === document.body && performance.now() < place.until) {
      focus(place.find());
    }
    if (location.href !== asked) {
      asked = location.href;
      since = performance.now();
      held = document.activeElement;
      if (document.documentElement.lang !== language()) {
        document.documentElement.lang = language();
        lookAgain();
      }
    }
    if (settled?.href === asked) return;
    const app = document.querySelector("[data-testid=stApp]");
    const heading = document.querySelector("main h1");
    if (app?.getAttribute(STATE) !== "notRunning" || !heading) return;
    if (document.querySelector("[data-stale=true]")) return;
    const id = location.hash.slice(1); // ids are plain letters: nothing to decode
    const target = id ? document.getElementById(id) : null;
    // The run may be over before React has drawn what it sent.
    if (id && !target && performance.now() - since < 5000) return void setTimeout(follow, 200);
    const before = settled;
    settled = new URL(asked);
    arrive(before, heading, target);
  }

  /** Say where the reader has come: another page, a place on a page, or the same with new figures. */
  function arrive(before, heading, target) {
    const moved = before !== null && before.pathname !== settled.pathname;
    for (const link of document.querySelectorAll("[data-testid=stSidebarNavLink]")) mend(link);
    if (target && (before === null || moved || before.hash !== settled.hash)) {
      land(target.id);
    } else if (moved) {
      document.querySelector("[data-testid=stMain]").scrollTop = 0;
      // Whoever has gone on to something else in the meantime is left there.
      if ([held, document.body].includes(document.activeElement)) {
        putAt(() => document.querySelector("main h1"));
      }
    } else if (before !== null && before.search !== settled.search) {
      announce(UPDATED[language()]);
    }
  }

  function focus(element) {
    if (!element) return;
    // Headings take no focus by themselves; a tab does, and has its place among the stops.
    if (!element.matches("[role=tab]")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  /** Move the focus, and again if what has it is drawn anew in the seconds that a page settles. */
  function putAt(find) {
    place = { find, until: performance.now() + 3000 };
    focus(find());
  }

  /** Go to a heading and stay there while charts above it are drawn and push it away. */
  function land(id) {
    const stopped = new AbortController();
    let timer = 0;
    // At once, never gliding: right for those who want no motion, and what a landing is for all.
    const keep = () => {
      document.getElementById(id)?.scrollIntoView({ block: "start", behavior: "instant" });
      clearTimeout(timer);
      timer = setTimeout(() => stopped.abort(), 3000);
    };
    const sizes = new ResizeObserver(keep);
    stopped.signal.addEventListener("abort", () => sizes.disconnect());
    for (const sign of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      const options = { capture: true, passive: true, signal: stopped.signal };
      addEventListener(sign, () => stopped.abort(), options);
    }
    putAt(() => document.getElementById(id));
    keep();
    sizes.observe(document.querySelector("[data-testid=stMainBlockContainer]"));
  }

  const status = document.createElement("div");
  status.className = "dk-said";
  status.setAttribute("role", "status");

  function announce(text) {
    if (!status.isConnected) document.body.append(status);
    status.textContent = "";
    // A status that is already there is told only when it changes.
    setTimeout(() => { status.textContent = text; }, 100);
  }

  // Streamlit unfolds by script, which the stylesheet's rule for those who want no motion misses.
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, options) {
    const short = { ...(typeof options === "object" ? options : {}), duration: 0.01, iterations: 1 };
    return animate.call(this, frames, still.matches ? short : options);
  };

  // ------------------------------------------------------------ start

  document.documentElement.lang = language();
  addEventListener("hashchange", follow);
  for (const sign of ["pointerdown", "keydown"]) {
    addEventListener(sign, () => { place = null; }, { capture: true, passive: true });
  }
  // An arrow key opens the next view, and a slow answer to it may draw the row of tabs anew: whoever
  // is moving along it would fall out of it, to the top of the page.
  addEventListener("focusin", ({ target }) => {
    const row = target.matches?.("[role=tab]") && target.closest("[class*=st-key-]");
    if (!row) return;
    const name = [...row.classList].find((part) => part.startsWith("st-key-"));
    const find = () => document.querySelector(`.${CSS.escape(name)} [role=tab][aria-selected=true]`);
    place = { find, until: performance.now() + 3000 };
  });
  addEventListener("click", (event) => {
    // st.html drops onclick, and the content policy would stop it.
    if (event.target.closest?.("[data-dk-print], .dk-print")) print();
  });
  // A chart is drawn for the width of the screen. With a viewBox the stylesheet can fit it to paper.
  const drawings = () => document.querySelectorAll(".main-svg[width][height]");
  addEventListener("beforeprint", () => drawings().forEach((svg) => {
    svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  }));
  addEventListener("afterprint", () => drawings().forEach((svg) => svg.removeAttribute("viewBox")));
  new MutationObserver((records) => {
    const roots = new Set();
    for (const { type, target, addedNodes } of records) {
      if (target.namespaceURI === SVG) continue;
      if (type === "attributes") mend(target);
      for (const node of addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE && node.namespaceURI !== SVG) look(node, roots);
      }
      for (let up = target; up; up = up.parentElement) {
        if (up.nodeType === Node.ELEMENT_NODE && zonesOf(up)) roots.add(up);
      }
    }
    if (language() === "sv") for (const root of roots) translate(root);
    follow();
  }).observe(document, {
    attributes: true,
    attributeFilter: [...ATTRIBUTES, STATE, "data-stale"],
    characterData: true,
    childList: true,
    subtree: true,
  });
})();
