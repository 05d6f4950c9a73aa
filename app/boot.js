// Opens the app: theme first, so that nothing flashes; then the app; then the service worker, which must not
// compete with the app for the first download. A classic script, so that it runs before the first paint.
(function () {
  "use strict";

  const THEMES = ["light", "night", "sunlight"];

  function showTheme() {
    try {
      // The app stores JSON: the word in quotes.
      const theme = JSON.parse(localStorage.getItem("lamplighter.theme"));
      if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
    } catch {
      // Storage may be forbidden or hold something else; the device's own preference is good enough.
    }
  }

  const page = new Promise((resolve) => {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", resolve, { once: true });
    else resolve();
  });

  async function startApp() {
    if (typeof WebAssembly !== "object") {
      throw new TooOld();
    }
    const app = await import("{{app}}");
    await page;
    await app.default({ module_or_path: "{{wasm}}" });
  }

  async function keepForOffline() {
    if (!window.isSecureContext || !("serviceWorker" in navigator)) return;
    try {
      await navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "none" });
    } catch (failure) {
      // Without it the app still works while there is a network.
      console.warn("no offline start:", failure);
    }
  }

  class TooOld extends Error {}

  async function showFailure(failure) {
    console.error("the app did not start:", failure);
    await page;
    const boot = document.getElementById("boot") || document.body.appendChild(document.createElement("div"));
    boot.id = "boot";
    boot.setAttribute("role", "alert");
    const [chinese, english] = failure instanceof TooOld
      ? ["这个浏览器太旧，打不开掌灯；请更新浏览器。", "This browser is too old for Lamplighter; please update it."]
      : ["没能打开掌灯。请检查网络，再试一次。", "Lamplighter did not open. Check the network and try again."];
    const reload = document.createElement("button");
    reload.type = "button";
    reload.textContent = "重新打开 · Reload";
    reload.addEventListener("click", () => location.reload());
    boot.replaceChildren(paragraph("zh-Hans", chinese), paragraph("en", english), reload);
  }

  function paragraph(lang, text) {
    const p = document.createElement("p");
    p.lang = lang;
    p.textContent = text;
    return p;
  }

  showTheme();
  startApp().then(keepForOffline, showFailure);
})();
