// Puts interactive charts in the place of the static pictures. Names come from the results and are only ever values of
// data, never names of fields or parts of expressions.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("comparison").textContent);
  const ink = "#1b1b1b", quiet = "#5a5a5a", line = "#d9d9d9";
  const config = {
    font: "system-ui, sans-serif",
    background: "transparent",
    view: {stroke: null},
    axis: {labelColor: quiet, titleColor: quiet, titleFontWeight: "normal", gridColor: line, domainColor: line,
           tickColor: line, labelFontSize: 12, titleFontSize: 12, labelLimit: 160},
    legend: {labelColor: ink, title: null, labelFontSize: 12, labelLimit: 220, orient: "bottom", columns: 2},
  };
  const base = (spec) => ({$schema: "https://vega.github.io/schema/vega-lite/v5.json", config, width: "container",
                           autosize: {type: "fit-x", contains: "padding"}, ...spec});
  const colours = (chart) => ({
    domain: chart.series.map((series) => series.name),
    range: chart.series.map((series) => series.colour),
  });

  // Dashboard and value over time, as indices, with bands; the nearest step is told under the pointer.
  const course = (chart) => base({
    height: 190,
    data: {values: chart.rows},
    encoding: {x: {field: "step", type: "quantitative", title: chart.unit, scale: {nice: false},
                    axis: {grid: false, tickMinStep: 1}}},
    layer: [
      {mark: {type: "area", opacity: 0.2},
       encoding: {y: {field: "low", type: "quantitative", title: null, scale: {domain: chart.domain, zero: false}},
                  y2: {field: "high"}, color: {field: "series", type: "nominal", scale: colours(chart), legend: null}}},
      {mark: {type: "line", strokeWidth: 2, interpolate: chart.rows.length > 1 ? "linear" : undefined},
       encoding: {y: {field: "mean", type: "quantitative"},
                  strokeDash: {field: "series", type: "nominal", legend: null,
                               scale: {domain: colours(chart).domain, range: chart.series.map((s) => s.dash)}},
                  color: {field: "series", type: "nominal", scale: colours(chart), legend: null}}},
      {data: {values: [{level: 100}]}, mark: {type: "rule", strokeDash: [2, 3], color: quiet},
       encoding: {x: null, y: {field: "level", type: "quantitative"}}},
      {mark: {type: "point", filled: true, size: 55},
       params: [{name: "near", select: {type: "point", on: "pointerover", nearest: true, fields: ["step"],
                                        clear: "pointerout"}}],
       encoding: {y: {field: "mean", type: "quantitative"},
                  color: {field: "series", type: "nominal", scale: colours(chart), legend: null},
                  opacity: {condition: {param: "near", empty: false, value: 1}, value: 0},
                  tooltip: [{field: "series", title: " "}, {field: "step", title: chart.unit},
                            {field: "mean", format: ".4~g", title: "index"}, {field: "range", title: "95 %"}]}},
    ],
  });

  const stacked = (chart) => base({
    height: 34 * chart.policies.length,
    data: {values: chart.rows},
    params: [{name: "chosen", select: {type: "point", fields: ["series"]}, bind: "legend"}],
    mark: {type: "bar", stroke: "#fff", strokeWidth: 1},
    encoding: {
      y: {field: "policy", type: "nominal", sort: chart.policies, title: null},
      x: {field: "share", type: "quantitative", title: chart.title, axis: {tickCount: 5}},
      color: {field: "series", type: "nominal", scale: colours(chart)},
      order: {field: "order", type: "quantitative"},
      opacity: {condition: {param: "chosen", value: 1}, value: 0.25},
      tooltip: [{field: "policy", title: "policy"}, {field: "series", title: "activity"}, {field: "text", title: "time"}],
    },
  });

  const causes = (chart) => base({
    height: 84 * chart.policies.length,
    data: {values: chart.rows},
    encoding: {
      y: {field: "policy", type: "nominal", sort: chart.policies, title: null},
      yOffset: {field: "series", type: "nominal", sort: colours(chart).domain},
      tooltip: [{field: "policy", title: "policy"}, {field: "series", title: "cause"}, {field: "text", title: "points"}],
    },
    layer: [
      {params: [{name: "chosen", select: {type: "point", fields: ["series"]}, bind: "legend"}],
       mark: {type: "bar"}, encoding: {x: {field: "size", type: "quantitative", title: chart.title},
                                       opacity: {condition: {param: "chosen", value: 1}, value: 0.25},
                                       color: {field: "series", type: "nominal", scale: colours(chart)}}},
      {mark: {type: "rule", color: ink}, encoding: {x: {field: "low", type: "quantitative"}, x2: {field: "high"}}},
    ],
  });

  const levers = (chart) => base({
    height: 30 * chart.rows.length,
    data: {values: chart.rows},
    encoding: {y: {field: "path", type: "nominal", sort: chart.paths, title: null, axis: {labelLimit: chart.limit}}},
    layer: [
      {mark: {type: "bar", height: 10, color: "#9fbfd6"},
       encoding: {x: {field: "from", type: "quantitative", title: chart.title, scale: {zero: true}}, x2: {field: "to"},
                  tooltip: [{field: "path", title: "number"}, {field: "text", title: "lead"}]}},
      {transform: [{fold: ["low", "high"], as: ["end", "lead"]}],
       mark: {type: "point", filled: true, size: 70},
       encoding: {x: {field: "lead", type: "quantitative"},
                  shape: {field: "end", type: "nominal", legend: null, scale: {domain: ["low", "high"],
                                                                             range: ["circle", "square"]}},
                  color: {field: "end", type: "nominal", legend: null, scale: {domain: ["low", "high"],
                                                                             range: ["#0072B2", "#D55E00"]}},
                  tooltip: [{field: "path", title: "number"}, {field: "text", title: "lead"}]}},
      {data: {values: [{level: 0}]}, mark: {type: "rule", color: ink}, encoding: {y: null, x: {field: "level", type: "quantitative"}}},
    ],
  });

  const makers = {course, stacked, causes, levers};
  const shown = [...document.querySelectorAll("[data-chart]")].map((figure) => {
    const chart = data.charts[Number(figure.dataset.chart)];
    const still = [...figure.querySelectorAll(".static")];
    const picture = still.find((part) => part.tagName === "svg");
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", picture.getAttribute("aria-label"));
    still[0].before(place);
    // The static picture goes only once the chart is there.
    return vegaEmbed(place, makers[chart.kind](chart), {actions: false, renderer: "svg", ast: false})
        .then(() => { for (const part of still) part.style.display = "none"; })
        .catch((error) => { place.remove(); console.error(error); });
  });
  for (const choice of document.querySelectorAll(".choose")) choice.hidden = false;
  for (const box of document.querySelectorAll(".choose input")) {
    box.addEventListener("change", () => {
      document.getElementById(box.value).hidden = !box.checked;
      window.dispatchEvent(new Event("resize"));
    });
  }
  Promise.all(shown).then(() => { document.documentElement.dataset.charts = String(shown.length); });
})();
