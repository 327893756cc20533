"use strict";
(() => {
  const root = document.documentElement;
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const darkColours = JSON.parse(document.getElementById("dark-colours").textContent);
  const darkScheme = matchMedia("(prefers-color-scheme: dark)");
  const PAPER_WIDTH = 660;
  const PAPER_HEIGHT_RATIO = 0.8;
  let isPrinting = false;

  const inDark = (figure) =>
    JSON.parse(
      JSON.stringify(figure).replace(/#[0-9a-f]{6}/g, (colour) => darkColours[colour] || colour),
    );

  // A heat map's words fit its fields: the longest template whose field is wide enough.
  const fitWords = (figure, width) => {
    const { l, r } = figure.layout.margin;
    for (const trace of figure.data.filter((each) => each.meta && each.meta.templates)) {
      const fieldWidth = (width - l - r - 60) / trace.x.length;
      const fitting = trace.meta.templates.find(([least]) => fieldWidth >= least);
      trace.texttemplate = fitting ? fitting[1] : "";
    }
  };

  const drawChart = (box) => {
    const figure = figures[box.dataset.chart][root.lang];
    const copy = !isPrinting && darkScheme.matches ? inDark(figure) : structuredClone(figure);
    const width = isPrinting ? PAPER_WIDTH : box.clientWidth;
    copy.layout.width = width;
    if (isPrinting) copy.layout.height *= PAPER_HEIGHT_RATIO;
    fitWords(copy, width);
    box.dataset.width = width;
    Plotly.react(box, copy.data, copy.layout, { displayModeBar: false });
  };

  const boxes = [...document.querySelectorAll("[data-chart]")];
  const drawAll = () => {
    boxes.forEach(drawChart);
    document.body.dataset.drawn = root.lang;
  };

  const speak = () => {
    const wanted = location.hash.slice(1);
    if (wanted === "ja" || wanted === "en") root.lang = wanted;
    const title = document.querySelector("title");
    document.title = title.dataset[root.lang];
    for (const element of document.querySelectorAll("[data-label-ja]")) {
      const { labelJa, labelEn } = element.dataset;
      element.setAttribute("aria-label", root.lang === "en" ? labelEn : labelJa);
    }
    for (const link of document.querySelectorAll("[data-language]")) {
      if (link.dataset.language === root.lang) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    // The other pages open in the same language.
    for (const link of document.querySelectorAll("[data-page]")) link.hash = root.lang;
    drawAll();
  };

  addEventListener("hashchange", speak);
  darkScheme.addEventListener("change", drawAll);
  addEventListener("beforeprint", () => { isPrinting = true; drawAll(); });
  addEventListener("afterprint", () => { isPrinting = false; drawAll(); });
  const onResize = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (!isPrinting && target.clientWidth !== Number(target.dataset.width)) drawChart(target);
    }
  });
  // On a phone the list of pages is wider than the screen.
  const current = document.querySelector('[aria-current="page"]');
  const list = current && current.closest("ul");
  if (list) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
  speak();
  boxes.forEach((box) => onResize.observe(box));
})();
