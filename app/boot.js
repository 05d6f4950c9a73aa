// Opens the app: theme first, so that nothing flashes; then whether this browser can hold it; then the app; then the
// service worker, which must not compete with the app for the first download. A classic script, so that it runs before
// the first paint.
(function () {
  "use strict";

  const page = new Promise((resolve) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", resolve, { once: true });
    else resolve();
  });

  const SYSTEM = { light: "(prefers-color-scheme: light)", night: "(prefers-color-scheme: dark)" };
  const THEMES = ["light", "night", "sunlight"];

  function chosenTheme() {
    try {
      // The app stores JSON: the word in quotes.
      const theme = JSON.parse(localStorage.getItem("lamplighter.theme"));
      return THEMES.includes(theme) ? theme : null;
    } catch (_) {
      // Storage may be forbidden or hold something else; the device's own preference is good enough.
      return null;
    }
  }

  // The page, the bars of the browser around it, and what the browser paints before there is a page.
  function showTheme() {
    const theme = chosenTheme();
    const scheme = { light: "light", night: "dark", sunlight: "light" }[theme] || "light dark";
    document.querySelector("meta[name=color-scheme]").content = scheme;
    for (const colour of document.querySelectorAll("meta[data-for]")) {
      const { for: own } = colour.dataset;
      colour.media = theme ? (theme === own ? "all" : "not all") : SYSTEM[own] || "not all";
    }
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }

  const TOO_OLD = [
    "这个浏览器太旧，打不开掌灯。请更新到 Chrome 或 Edge 123、Firefox 126、Safari 17.5 以上。",
    "This browser is too old for Lamplighter. Please update it: Chrome or Edge 123, Firefox 126, Safari 17.5 or newer.",
  ];
  const KEEPS_NOTHING = [
    "这个浏览器不能保存数据。请关闭隐私（无痕）模式，并允许网站存储数据。",
    "This browser keeps no data here. Leave private browsing, and allow sites to store data.",
  ];

  const INSECURE = [
    "这个地址不是 https，没有网络时打不开掌灯。请管理员启用 https。",
    "This address is not https, so Lamplighter cannot open without a network. Ask your operator to turn on https.",
  ];

  // What the app cannot do without, in the order in which to tell; docs/browsers.md says which version has what.
  const NEEDS = [
    [() => CSS.supports("color", "light-dark(#fff, #000)"), TOO_OLD],
    [() => typeof WebAssembly === "object", [
      "这个浏览器关闭了 WebAssembly，打不开掌灯。请在浏览器的安全设置（如锁定模式）中为这个网站打开它。",
      "WebAssembly is turned off here and Lamplighter needs it. Allow it for this site in the browser's security settings (such as Lockdown Mode).",
    ]],
  ];

  // What browsers give to secure addresses only.
  const SECURE_NEEDS = [
    [() => window.indexedDB && navigator.serviceWorker, KEEPS_NOTHING],
    // Only with this property does "complete" mean that it is on the disk.
    [() => "durability" in IDBTransaction.prototype, TOO_OLD],
    // Firefox gives no folder to a private window, and neither does Safari.
    [() => navigator.storage.getDirectory(), KEEPS_NOTHING],
  ];

  async function examineBrowser() {
    await examine(NEEDS);
    if (window.isSecureContext) await examine(SECURE_NEEDS);
    else await tell(INSECURE, "仍要打开 · Open all the same");
  }

  async function examine(needs) {
    for (const [isThere, words] of needs) {
      let met = false;
      try {
        met = await isThere();
      } catch (refusal) {
        console.warn(refusal);
      }
      if (!met) await tell(words);
    }
  }

  // Ends when the person goes on all the same; without such a button never.
  async function tell(words, goOn) {
    await page;
    const boot = document.getElementById("boot") || document.body.appendChild(element("main", { id: "boot" }));
    const alert = element("div", { role: "alert" });
    const pressed = element("button", { type: "button", textContent: goOn || "重新打开 · Reload" });
    alert.append(element("p", { lang: "zh-Hans", textContent: words[0] }), element("p", { lang: "en", textContent: words[1] }), pressed);
    boot.replaceChildren(element("h1", { textContent: "掌灯 Lamplighter" }), alert);
    await new Promise((resolve) => pressed.addEventListener("click", goOn ? resolve : openAnew));
    alert.remove();
  }

  // A release that does not start offers no newer one: where one is kept, opening anew agrees to it.
  async function openAnew() {
    const reload = () => location.reload();
    const workers = window.isSecureContext && navigator.serviceWorker;
    const kept = workers && (await workers.getRegistration().catch(() => null));
    const newest = kept && (kept.waiting || kept.active);
    if (!newest) return reload();
    workers.onmessage = reload;
    newest.postMessage({ type: "take-over" });
    setTimeout(reload, 3000);
  }

  function element(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  async function startApp() {
    await examineBrowser();
    const { script, wasm } = BUILD;
    const app = await import(script);
    await page;
    await app.default({ module_or_path: wasm });
  }

  // What field work does not need is in a larger build, which opens at all other addresses, and wherever somebody has been who needs it.
  const FIELD_PAGES = /^\/(|(sign-in|rounds|findings|waiting|settings)(\/.*)?)$/;

  function wantsDesk() {
    if (!FIELD_PAGES.test(location.pathname)) return true;
    try {
      return localStorage.getItem("lamplighter.desk") === "true";
    } catch (_) {
      return false;
    }
  }

  const BUILD = wantsDesk()
    ? { script: "{{desk}}", wasm: "{{desk-wasm}}", style: "{{desk-style}}" }
    : { script: "{{app}}", wasm: "{{wasm}}" };

  function preload() {
    document.head.append(
      element("link", { rel: "modulepreload", href: BUILD.script }),
      element("link", { rel: "preload", as: "fetch", type: "application/wasm", crossOrigin: "", href: BUILD.wasm }),
    );
    if (BUILD.style) document.head.append(element("link", { rel: "stylesheet", href: BUILD.style }));
  }

  const MINUTE = 60 * 1000;
  const HOUR = 60 * MINUTE;

  async function keepForOffline() {
    if (!window.isSecureContext) return;
    try {
      const kept = await navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
      // Without a release on the device, because the network failed before all of it was there: again soon.
      if (!kept.active) return void setTimeout(keepForOffline, MINUTE);
      // A tablet that is never switched off looks for a new release too.
      setInterval(() => kept.update().catch(() => {}), HOUR);
    } catch (failure) {
      // Without it the app still works while there is a network.
      console.warn("no offline start:", failure);
      setTimeout(keepForOffline, MINUTE);
    }
  }

  function showFailure(failure) {
    console.error("the app did not start:", failure);
    return tell(["没能打开掌灯。请检查网络，再试一次。", "Lamplighter did not open. Check the network and try again."]);
  }

  showTheme();
  preload();
  // Another tab's choice; the app tells its own in the same way.
  addEventListener("storage", showTheme);
  // The browser offers to install when it likes; Settings passes it on (app/src/device/install.rs).
  addEventListener("beforeinstallprompt", (offer) => {
    offer.preventDefault();
    window.lamplighterInstall = offer;
  });
  startApp().then(keepForOffline, showFailure);
})();
