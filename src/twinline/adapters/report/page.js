// Draws the page's charts with the Plotly script it carries. Without script, or where a browser
// cannot unpack it, every chart's table stands open in its place.
(() => {
  "use strict";
  const specs = JSON.parse(document.getElementById("charts").textContent);
  const plots = [...document.querySelectorAll(".plot")];
  if (!plots.length || !("DecompressionStream" in window)) return;

  const tables = plots.map((plot) => plot.parentElement.querySelector("details"));
  const showCharts = (shown) => {
    document.documentElement.classList.toggle("charts", shown);
    for (const table of tables) table.open = !shown;
  };

  const PAPER = 640; // pixels of a page's width when it is printed

  const unpack = async () => {
    const packed = atob(document.getElementById("plotly").textContent);
    const bytes = Uint8Array.from(packed, (each) => each.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  };

  const axis = { automargin: true, fixedrange: true, zeroline: false, tickfont: { size: 12 } };
  const layoutOf = (spec, plot) => ({
    ...spec.layout,
    xaxis: { ...axis, ...spec.layout.xaxis },
    yaxis: { ...axis, ...spec.layout.yaxis },
    width: plot.clientWidth,
    height: plot.clientHeight,
    margin: { l: 4, r: 4, t: 8, b: 4, ...spec.layout.margin },
    font: { family: getComputedStyle(document.body).fontFamily, size: 12 },
    showlegend: false,
    separators: ".,",
    dragmode: false,
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    hoverlabel: { bgcolor: "#2b3341", bordercolor: "#2b3341" },
  });
  const draw = (plot) => {
    if (plot.dataset.drawn) return;
    plot.dataset.drawn = "yes";
    const spec = specs[plot.dataset.chart];
    Plotly.newPlot(plot, spec.data, layoutOf(spec, plot), { displayModeBar: false });
  };
  const fit = (plot, width) => {
    if (plot.dataset.drawn) Plotly.relayout(plot, { width: width ?? plot.clientWidth });
  };

  const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  const drawNext = (left) => {
    if (!left.length) return;
    draw(left[0]);
    whenIdle(() => drawNext(left.slice(1)));
  };

  const start = async () => {
    await unpack();
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) draw(entry.target);
    });
    for (const plot of plots) seen.observe(plot);
    whenIdle(() => drawNext(plots));
    const resized = new ResizeObserver((entries) => {
      for (const { target, contentRect } of entries) {
        if (Math.abs(contentRect.width - (target._fullLayout?.width ?? 0)) > 1) fit(target);
      }
    });
    for (const plot of plots) resized.observe(plot);
    window.addEventListener("beforeprint", () => {
      for (const plot of plots) {
        draw(plot);
        fit(plot, PAPER);
      }
    });
    window.addEventListener("afterprint", () => plots.forEach((plot) => fit(plot)));
  };

  showCharts(true);
  start().catch((error) => {
    showCharts(false);
    throw error;
  });
})();
