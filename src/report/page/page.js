// Puts interactive charts in the place of the static pictures. Names come from the results and are only ever values of
// data, never names of fields or parts of expressions.
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("comparison").textContent);
  const ink = "#1b1b1b", quiet = "#5a5a5a", line = "#d9d9d9", blue = "#0072B2", orange = "#D55E00";
  const narrow = window.matchMedia("(max-width: 40rem)");
  const config = {
    font: "system-ui, sans-serif",
    background: "transparent",
    view: {stroke: null},
    axis: {labelColor: quiet, titleColor: quiet, titleFontWeight: "normal", gridColor: line, domainColor: line,
           tickColor: line, labelFontSize: 12, titleFontSize: 12, labelLimit: 210},
    legend: {labelColor: ink, title: null, labelFontSize: 12, labelLimit: 260, orient: "bottom"},
  };
  const base = (spec) => ({$schema: "https://vega.github.io/schema/vega-lite/v5.json", width: "container",
                           autosize: {type: "fit-x", contains: "padding"}, ...spec,
                           config: {...config, legend: {...config.legend, columns: narrow.matches ? 1 : 3}}});
  const colours = (chart) => ({
    domain: chart.series.map((series) => series.name),
    range: chart.series.map((series) => series.colour),
  });
  const quantity = (field, title) => ({field, type: "quantitative", title,
                                       axis: {tickCount: narrow.matches ? 4 : 7, titleLimit: 900}});

  // A row for each name. Where there is room, names stand beside their rows; else, or where they are long, above them,
  // `lift` above the middle of the row.
  const rows = (field, order, lift, above = narrow.matches) => ({
    field, type: "nominal", sort: order, title: null,
    scale: above ? {paddingInner: 0.5, paddingOuter: 0.35} : undefined,
    axis: above ? {labelAlign: "left", labelPadding: 0, labelOffset: -lift, labelLimit: 900, labelColor: ink, ticks: false,
                   domain: false, zindex: 1}
                : {labelColor: ink, ticks: false, domain: false},
  });
  const heights = (beside, above) => (narrow.matches ? above : beside);

  // A title that is wider than a phone is broken in two.
  const broken = (title) => {
    if (!narrow.matches || title.length < 45) return title;
    const at = title.indexOf(" ", title.length / 2 - 5);
    return at < 0 ? title : [title.slice(0, at), title.slice(at + 1)];
  };

  const ranking = (chart) => base({
    height: heights(30, 44) * chart.policies.length,
    data: {values: chart.rows},
    encoding: {y: rows("policy", chart.policies, 15),
               tooltip: [{field: "policy", title: "policy"}, {field: "text", title: "difference"}]},
    layer: [
      {data: {values: [{level: 0}]}, mark: {type: "rule", color: quiet},
       encoding: {y: null, tooltip: null, x: {field: "level", type: "quantitative"}}},
      {mark: {type: "rule", color: blue, strokeWidth: 3},
       encoding: {x: {...quantity("low", broken(chart.title)), scale: {padding: 14}}, x2: {field: "high"}}},
      {mark: {type: "point", size: 90, filled: true, strokeWidth: 2, opacity: 1},
       encoding: {x: {field: "mean", type: "quantitative"},
                  stroke: {value: blue},
                  fill: {condition: {test: "datum.base", value: "#fff"}, value: blue}}},
    ],
  });

  // Dashboard and value over time, as indices, each line named at its end; the nearest step is told under the pointer.
  const course = (chart) => base({
    height: 190,
    data: {values: chart.rows},
    params: [{name: "bands", value: false}],
    encoding: {x: {field: "step", type: "quantitative", title: chart.unit, scale: {nice: false},
                    axis: {grid: false, tickMinStep: 1}}},
    layer: [
      {mark: {type: "area", opacity: {expr: "bands ? 0.12 : 0"}},
       encoding: {y: {field: "least", type: "quantitative", title: null, scale: {domain: chart.domain, zero: false}},
                  y2: {field: "most"}, color: {field: "series", type: "nominal", scale: colours(chart), legend: null}}},
      {mark: {type: "area", opacity: 0.25},
       encoding: {y: {field: "low", type: "quantitative", title: null},
                  y2: {field: "high"}, color: {field: "series", type: "nominal", scale: colours(chart), legend: null}}},
      {mark: {type: "line", strokeWidth: 2},
       encoding: {y: {field: "mean", type: "quantitative"},
                  strokeDash: {field: "series", type: "nominal", legend: null,
                               scale: {domain: colours(chart).domain, range: chart.series.map((s) => s.dash)}},
                  color: {field: "series", type: "nominal", scale: colours(chart), legend: null}}},
      {transform: [{window: [{op: "last_value", field: "step", as: "end"}], frame: [null, null]},
                   {filter: "datum.step === datum.end"}],
       mark: {type: "text", align: "left", dx: 5, limit: 90},
       encoding: {y: {field: "mean", type: "quantitative"}, text: {field: "label"},
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
    height: heights(34, 48) * chart.policies.length,
    data: {values: chart.rows},
    params: [{name: "chosen", select: {type: "point", fields: ["series"]}, bind: "legend"}],
    transform: [{calculate: "100 * datum.share", as: "per_cent"}],
    mark: {type: "bar", stroke: "#fff", strokeWidth: 1},
    encoding: {
      y: rows("policy", chart.policies, 21),
      x: quantity("per_cent", chart.title),
      color: {field: "series", type: "nominal", scale: colours(chart)},
      order: {field: "order", type: "quantitative"},
      opacity: {condition: {param: "chosen", value: 1}, value: 0.25},
      tooltip: [{field: "policy", title: "policy"}, {field: "series", title: "activity"}, {field: "text", title: "time"}],
    },
  });

  const causes = (chart) => base({
    height: heights(90, 130) * chart.policies.length,
    data: {values: chart.rows},
    encoding: {
      y: narrow.matches ? rows("policy", chart.policies, 48) : {...rows("policy", chart.policies), scale: {paddingInner: 0.2}},
      yOffset: {field: "series", type: "nominal", sort: colours(chart).domain},
      tooltip: [{field: "policy", title: "change of"}, {field: "series", title: "cause"}, {field: "text", title: "part"}],
    },
    layer: [
      {params: [{name: "chosen", select: {type: "point", fields: ["series"]}, bind: "legend"}],
       mark: {type: "bar"}, encoding: {x: quantity("size", chart.title),
                                       opacity: {condition: {param: "chosen", value: 1}, value: 0.25},
                                       color: {field: "series", type: "nominal", scale: colours(chart)}}},
      {mark: {type: "rule", color: ink}, encoding: {x: {field: "low", type: "quantitative"}, x2: {field: "high"}}},
      {data: {values: [{level: 0}]}, mark: {type: "rule", color: quiet},
       encoding: {y: null, yOffset: null, tooltip: null, x: {field: "level", type: "quantitative"}}},
    ],
  });

  const levers = (chart) => base({
    height: 42 * chart.rows.length,
    data: {values: chart.rows},
    encoding: {y: rows("path", chart.paths, 15, true)},
    layer: [
      {mark: {type: "bar", height: 10, color: "#9fbfd6"},
       encoding: {x: {...quantity("from", broken(chart.title)), scale: {zero: true}}, x2: {field: "to"},
                  tooltip: [{field: "path", title: "number"}, {field: "text", title: "lead"}]}},
      {transform: [{fold: ["low", "high"], as: ["end", "lead"]}],
       mark: {type: "point", filled: true, size: 70, opacity: 1},
       encoding: {x: {field: "lead", type: "quantitative"},
                  shape: {field: "end", type: "nominal", legend: null, scale: {domain: ["low", "high"],
                                                                             range: ["circle", "square"]}},
                  color: {field: "end", type: "nominal", legend: null, scale: {domain: ["low", "high"],
                                                                             range: [blue, orange]}},
                  tooltip: [{field: "path", title: "number"}, {field: "text", title: "lead"}]}},
      {data: {values: [{level: 0}]}, mark: {type: "rule", color: ink}, encoding: {y: null, x: {field: "level", type: "quantitative"}}},
    ],
  });

  const makers = {ranking, course, stacked, causes, levers};
  const views = new Map();  // by the place of each chart
  const drawn = (place, chart) => vegaEmbed(place, makers[chart.kind](chart), {actions: false, renderer: "svg", ast: false})
      .then((result) => { views.get(place)?.finalize(); views.set(place, result.view); });
  const show = (figure) => {
    const chart = data.charts[Number(figure.dataset.chart)];
    const still = [...figure.querySelectorAll(".static")];
    const picture = still.find((part) => part.tagName === "svg");
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", picture.getAttribute("aria-label"));
    still[0].before(place);
    narrow.addEventListener("change", () => drawn(place, chart));
    // The static picture goes only once the chart is there.
    return drawn(place, chart)
        .then(() => { for (const part of still) part.style.display = "none"; })
        .catch((error) => { place.remove(); console.error(error); });
  };
  // A chart in a closed box has no width to fit, and perhaps nobody to look at it: it is drawn once the box opens.
  const waiting = new Set(document.querySelectorAll("[data-chart]"));
  const open = (figure) => {
    for (let box = figure.closest("details"); box; box = box.parentElement.closest("details")) if (!box.open) return false;
    return true;
  };
  let drawn_so_far = 0;
  const show_open = () => {
    const now = [...waiting].filter(open);
    for (const figure of now) waiting.delete(figure);
    return Promise.all(now.map(show)).then(() => {
      drawn_so_far += now.length;
      document.documentElement.dataset.charts = String(drawn_so_far);
    });
  };
  const fitted = () => window.dispatchEvent(new Event("resize"));
  for (const choice of document.querySelectorAll(".choose")) choice.hidden = false;
  for (const box of document.querySelectorAll(".choose input")) {
    box.addEventListener("change", () => {
      if (box.value === "bands") {
        for (const view of views.values()) {
          try { view.signal("bands", box.checked).run(); } catch { /* not every chart has bands */ }
        }
        return;
      }
      document.getElementById(box.value).hidden = !box.checked;
      fitted();
    });
  }
  for (const box of document.querySelectorAll("details")) {
    box.addEventListener("toggle", () => { show_open(); fitted(); });
  }
  show_open();
})();
