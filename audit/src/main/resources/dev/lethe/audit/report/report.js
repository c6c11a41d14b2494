(function () {
  'use strict';

  var data = JSON.parse(document.getElementById('chart-data').textContent);
  var DASHES = ['solid', [7, 3], [2, 3], [10, 3, 2, 3], [5, 2], [12, 4], [2, 2], [8, 3, 2, 3, 2, 3]];
  // Colours are CSS variables, so that dark mode and print restyle the drawing without drawing it again.
  var ink = { text: 'var(--ink)', quiet: 'var(--quiet)', rule: 'var(--rule)', paper: 'var(--paper)' };
  var font = getComputedStyle(document.body).fontFamily;

  function three(value) {
    var text = value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
    return text.replace(/^-/, '\u2212');
  }

  function decade(exponent) {
    return exponent >= -4 ? String(Number(Math.pow(10, exponent).toFixed(4))) : '1e' + exponent;
  }

  function axis(more) {
    var common = {
      type: 'value',
      nameLocation: 'middle',
      nameTextStyle: { color: ink.text, fontSize: 13 },
      axisLabel: { color: ink.quiet, fontSize: 12, hideOverlap: true },
      axisLine: { show: true, onZero: false, lineStyle: { color: ink.quiet } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: ink.rule } }
    };
    return Object.assign(common, more);
  }

  function draw(element, option) {
    var chart = echarts.init(element, null, { renderer: 'svg' });
    // A view box lets the style sheet fit the drawing to paper, whose width no script learns in time.
    chart.on('finished', function () {
      var svg = element.querySelector('svg');
      svg.setAttribute('viewBox', '0 0 ' + chart.getWidth() + ' ' + chart.getHeight());
      svg.setAttribute('focusable', 'false');
    });
    option.animation = false;
    option.textStyle = { fontFamily: font };
    chart.setOption(option);
    if (window.ResizeObserver) {
      new ResizeObserver(function () {
        if (!window.matchMedia('print').matches) {
          chart.resize();
        }
      }).observe(element);
    }
    return chart;
  }

  function roc(element, attacks) {
    var lowest = Math.min.apply(null, attacks.map(function (a) {
      return a.roc.fpr.reduce(function (least, rate) { return rate > 0 && rate < least ? rate : least; }, 1);
    }));
    var floor = Math.min(-1, Math.floor(Math.log10(lowest) + 1e-9));
    // Zero has no logarithm; it is drawn just under the frame, which clips it.
    var log = function (rate) { return rate > 0 ? Math.log10(rate) : floor - 1; };
    var series = [{
      name: 'guessing', type: 'line', silent: true, z: 1,
      data: [[floor, floor], { value: [floor / 2, floor / 2], symbolSize: 1, label: { show: true } }, [0, 0]],
      symbol: 'circle', symbolSize: 0, itemStyle: { color: ink.quiet },
      label: {
        formatter: 'guessing', position: 'right', distance: 8, color: ink.quiet, fontSize: 12, textBorderWidth: 0
      },
      lineStyle: { color: ink.quiet, width: 1 }, tooltip: { show: false }
    }];
    var buttons = Array.from(document.querySelectorAll('.legend button'));
    var shown = {};
    buttons.forEach(function (button) {
      shown[button.dataset.series] = button.getAttribute('aria-pressed') === 'true';
    });
    attacks.forEach(function (attack, i) {
      var colour = 'var(--series-' + buttons[i].dataset.colour + ')';
      var curve = attack.roc;
      // Below the rate that the non-members resolve there is nothing to show.
      var points = curve.fpr.map(function (rate, k) {
        return [log(rate), log(curve.tpr[k]), rate, curve.tpr[k], curve.low[k], curve.high[k]];
      }).filter(function (point) { return point[2] > 0; });
      series.push({
        name: String(i), type: 'custom', silent: true, clip: true, z: 2, tooltip: { show: false },
        data: [[floor, floor]],
        renderItem: function (params, api) {
          var upper = points.map(function (p) { return api.coord([p[0], log(p[5])]); });
          var lower = points.map(function (p) { return api.coord([p[0], log(p[4])]); }).reverse();
          return {
            type: 'polygon', shape: { points: upper.concat(lower) },
            style: { fill: colour, opacity: i === 0 ? 0.16 : 0.09 }
          };
        }
      });
      series.push({
        name: String(i), type: 'line', z: attacks.length - i + 3, showSymbol: false, symbol: 'circle', clip: true,
        data: points, emphasis: { disabled: true }, itemStyle: { color: colour },
        lineStyle: { color: colour, width: i === 0 ? 3 : 1.8, type: DASHES[Number(buttons[i].dataset.dash)] }
      });
    });
    var chart = draw(element, {
      legend: { show: false, data: Object.keys(shown), selected: shown },
      grid: { left: 72, right: 16, top: 12, bottom: 56 },
      xAxis: axis({
        min: floor, max: 0, interval: 1, name: 'False-positive rate (false alarms)', nameGap: 34,
        axisLabel: { color: ink.quiet, fontSize: 12, formatter: decade }
      }),
      yAxis: axis({
        min: floor, max: 0, interval: 1, name: 'True-positive rate (members found)', nameGap: 50,
        axisLabel: { color: ink.quiet, fontSize: 12, formatter: decade }
      }),
      tooltip: {
        // Drawn as text inside the SVG: names from data never pass through an HTML parser.
        renderMode: 'richText', trigger: 'axis', backgroundColor: ink.paper, borderColor: ink.rule, confine: true,
        textStyle: { color: ink.text, fontSize: 12, lineHeight: 18, fontFamily: font },
        axisPointer: { type: 'line', lineStyle: { color: ink.quiet, type: 'solid' } },
        formatter: function (hits) {
          var lines = hits.filter(function (hit) { return hit.seriesType === 'line' && hit.seriesName !== 'guessing'; });
          if (lines.length === 0) {
            return '';
          }
          return ['Found at FPR ' + three(lines[0].value[2])].concat(lines.map(function (hit) {
            return three(hit.value[3]) + '   ' + plain(attacks[Number(hit.seriesName)].name);
          })).join('\n');
        }
      },
      series: series
    });
    buttons.forEach(function (button) {
      button.addEventListener('click', function () {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        chart.dispatchAction({ type: 'legendToggleSelect', name: button.dataset.series });
      });
    });
  }

  /** Braces start a style in the chart's rich text; a name that holds them must stay a name. */
  function plain(name) {
    var text = name.length > 40 ? name.slice(0, 39) + '…' : name;
    return text.replace(/[{}|]/g, ' ');
  }

  function histogram(element, attack) {
    var bins = attack.histogram;
    var shares = function (counts) {
      var total = counts.reduce(function (sum, count) { return sum + count; }, 0) || 1;
      var last = counts.length - 1;
      var points = counts.map(function (count, i) { return [bins.edges[i], count / total]; });
      return [[bins.edges[0], 0]].concat(points, [[bins.edges[last + 1], counts[last] / total], [bins.edges[last + 1], 0]]);
    };
    var outline = function (name, counts, colour, dash) {
      return {
        name: name, type: 'line', step: 'end', silent: true, showSymbol: false, data: shares(counts),
        itemStyle: { color: colour }, lineStyle: { color: colour, width: 1.8, type: dash },
        areaStyle: { color: colour, opacity: 0.16 }
      };
    };
    draw(element, {
      grid: { left: 44, right: 12, top: 10, bottom: 26 },
      xAxis: axis({
        scale: true, splitNumber: 4, splitLine: { show: false },
        axisLabel: { color: ink.quiet, fontSize: 12, hideOverlap: true, formatter: three }
      }),
      yAxis: axis({ min: 0, splitNumber: 2, axisLine: { show: false } }),
      series: [
        outline('non-members', bins.nonMembers, 'var(--others)', [5, 3]),
        outline('members', bins.members, 'var(--members)', 'solid')
      ]
    });
  }

  function drawHistograms(panels) {
    panels.forEach(function (panel) {
      histogram(panel, data.attacks[Number(panel.dataset.histogram)]);
    });
  }

  var element = document.getElementById('roc');
  if (element) {
    roc(element, data.attacks);
    drawHistograms(document.querySelectorAll('.panels:not(details *) > figure > [data-histogram]'));
    // What is folded away has no width to draw in.
    document.querySelectorAll('details[data-draws]').forEach(function (fold) {
      fold.addEventListener('toggle', function () {
        drawHistograms(fold.querySelectorAll('[data-histogram]'));
      }, { once: true });
    });
  }
})();
