package dev.lethe.app;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.lethe.audit.report.ReportHtml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code fix.html}: one page without scripts that needs no network. The chart is drawn here, as SVG. */
final class FixHtml {
    private static final Template TEMPLATE =
            Mustache.compiler().emptyStringIsFalse(true).compile(resource("fix.mustache"));
    private static final int WIDTH = 760;
    private static final int HEIGHT = 420;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 20;
    private static final int BOTTOM = 55;

    private FixHtml() {}

    static String render(FixReport report) {
        return TEMPLATE.execute(new Page(report));
    }

    /** What the template asks for. */
    @SuppressWarnings("UnusedVariable") // the template reads them
    private static final class Page {
        final String style = ReportHtml.style();
        final String title;
        final String headline;
        final String outcome;
        final String verdict;
        final String target;
        final String metric;
        final String rule;
        final List<Row> rows = new ArrayList<>();
        final List<Row> claims;
        final List<String> search;
        final List<String> caveats;
        final Chart chart;

        Page(FixReport report) {
            title = report.title();
            headline = FixText.headline(report);
            outcome = report.chosen().isPresent() ? "Reached" : "Not reached";
            verdict = report.chosen().isPresent() ? "nothing" : "leaks";
            target = report.target();
            metric = report.metric();
            rule = report.rule();
            search = report.search();
            caveats = report.caveats();
            int number = 0;
            for (FixReport.Point point : report.points()) {
                rows.add(new Row(number++, point));
            }
            claims = rows.subList(1, rows.size());
            chart = new Chart(report);
        }
    }

    /** A line of the table. */
    @SuppressWarnings("UnusedVariable") // the template reads them
    private static final class Row {
        final String number;
        final String name;
        final String claim;
        final Cell leak;
        final String attack;
        final String bound;
        final Cell accuracy;
        final String trainAccuracy;
        final Cell auc;
        final String kind;
        final String reaches;
        final boolean chosen;
        final String report;
        final String model;

        Row(int index, FixReport.Point point) {
            number = String.valueOf(index);
            name = point.name();
            claim = point.claim() == null ? "" : point.claim().sentence();
            leak = Cell.of(point.leak());
            attack = point.attack();
            bound = point.bound() == null ? "none" : String.format(Locale.ROOT, "%.4f", point.bound());
            accuracy = Cell.of(point.accuracy());
            trainAccuracy = String.format(Locale.ROOT, "%.4f", point.trainAccuracy());
            auc = Cell.of(point.auc());
            kind = point.claim() == null ? "" : point.isGuaranteed() ? "theorem" : "heuristic";
            reaches = point.reaches() ? "yes" : "no";
            chosen = point.chosen();
            report = point.report();
            model = point.model() == null ? "" : point.model();
        }
    }

    /** A number and its interval. */
    private record Cell(String value, String interval) {
        static Cell of(FixReport.Measured measured) {
            return new Cell(
                    String.format(Locale.ROOT, "%.4f", measured.value()),
                    String.format(Locale.ROOT, "[%.4f, %.4f]", measured.low(), measured.high()));
        }
    }

    /** Leak, on a logarithmic axis upwards, against accuracy to the right. */
    @SuppressWarnings("UnusedVariable") // the template reads them
    private static final class Chart {
        final int width = WIDTH;
        final int height = HEIGHT;
        final int left = LEFT;
        final int right = WIDTH - RIGHT;
        final int top = TOP;
        final int bottom = HEIGHT - BOTTOM;
        final int middle = (LEFT + WIDTH - RIGHT) / 2;
        final int centre = (TOP + HEIGHT - BOTTOM) / 2;
        final int captions = HEIGHT - 12;
        final int numbers = HEIGHT - BOTTOM + 18;
        final int leakNumbers = LEFT - 8;
        final List<Mark> marks = new ArrayList<>();
        final List<Tick> across = new ArrayList<>();
        final List<Tick> upward = new ArrayList<>();
        final String targetAt;

        private final double least;
        private final double most;
        private final double worst;
        private final double best;

        Chart(FixReport report) {
            double low = Double.POSITIVE_INFINITY;
            double high = 0;
            double bad = 1;
            double good = 0;
            for (FixReport.Point point : report.points()) {
                low = Math.min(low, Math.max(1e-5, point.leak().low()));
                high = Math.max(high, Math.max(point.leak().high(), point.bound() == null ? 0 : point.bound()));
                bad = Math.min(bad, point.accuracy().low());
                good = Math.max(good, point.accuracy().high());
            }
            double target =
                    Double.parseDouble(report.target().substring(report.target().lastIndexOf(' ') + 1));
            least = Math.max(1e-5, Math.min(low, target)) / 1.3;
            most = Math.max(high, target) * 1.3;
            worst = bad - 0.02;
            best = good + 0.02;
            int number = 0;
            for (FixReport.Point point : report.points()) {
                marks.add(new Mark(this, number++, point));
            }
            for (double tick = Math.pow(10, Math.floor(Math.log10(least))); tick <= most; tick *= 10) {
                for (double step : new double[] {1, 2, 5}) {
                    if (tick * step >= least && tick * step <= most) {
                        upward.add(new Tick(
                                fixed(y(tick * step)),
                                String.format(Locale.ROOT, "%.3g", tick * step)
                                        .replaceAll("(\\.\\d*?)0+$", "$1")
                                        .replaceAll("\\.$", "")));
                    }
                }
            }
            double spacing = best - worst > 0.5 ? 0.1 : best - worst > 0.2 ? 0.05 : best - worst > 0.08 ? 0.02 : 0.01;
            for (double tick = Math.ceil(worst / spacing) * spacing; tick <= best; tick += spacing) {
                across.add(new Tick(fixed(x(tick)), String.format(Locale.ROOT, "%.2f", tick)));
            }
            targetAt = fixed(y(target));
        }

        double x(double accuracy) {
            return LEFT + (accuracy - worst) / (best - worst) * (WIDTH - LEFT - RIGHT);
        }

        double y(double leak) {
            double share = (Math.log(Math.max(least, leak)) - Math.log(least)) / (Math.log(most) - Math.log(least));
            return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
        }
    }

    /** A place on an axis. */
    private record Tick(String at, String label) {}

    /** A remedy in the chart. */
    @SuppressWarnings("UnusedVariable") // the template reads them
    private static final class Mark {
        final String number;
        final String x;
        final String y;
        final String low;
        final String high;
        final String from;
        final String to;
        final String labelX;
        final String labelY;
        final String kind;
        final String name;
        final boolean hasBound;
        final String bound;
        final String boundFrom;
        final String boundTo;

        Mark(Chart chart, int index, FixReport.Point point) {
            number = String.valueOf(index);
            name = point.name();
            double at = chart.x(point.accuracy().value());
            x = fixed(at);
            y = fixed(chart.y(point.leak().value()));
            low = fixed(chart.y(point.leak().low()));
            high = fixed(chart.y(point.leak().high()));
            from = fixed(chart.x(point.accuracy().low()));
            to = fixed(chart.x(point.accuracy().high()));
            labelX = fixed(at + 9);
            labelY = fixed(chart.y(point.leak().value()) - 7);
            kind = index == 0 ? "before" : point.chosen() ? "chosen" : point.isGuaranteed() ? "theorem" : "hope";
            hasBound = point.bound() != null;
            bound = hasBound ? fixed(chart.y(point.bound())) : "";
            boundFrom = fixed(at - 12);
            boundTo = fixed(at + 12);
        }
    }

    private static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String resource(String name) {
        try (InputStream in = FixHtml.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is not in this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
