package dev.lethe.audit.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A linear axis from 0 to {@code end}, marked every {@code step}; positions are per cent of its length. */
record Axis(double end, double step) {
    record Tick(String at, String label) {}

    /** The shortest axis that holds {@code largest} and ends on one of at most five round marks. */
    static Axis to(double largest) {
        double rough = Math.max(largest, 1e-6) / 5;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double round : new double[] {1, 2, 5, 10}) {
            double step = round * power;
            if (step >= rough) {
                return new Axis(Math.min(1, Math.ceil(largest / step - 1e-9) * step), step);
            }
        }
        return new Axis(1, 0.2);
    }

    String position(double value) {
        return percent(value / end);
    }

    List<Tick> ticks() {
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i * step <= end * (1 + 1e-9); i++) {
            ticks.add(new Tick(
                    position(i * step),
                    String.format(Locale.ROOT, "%.6g", i * step).replaceAll("\\.?0+$", "")));
        }
        return ticks;
    }

    /** A share of the axis as per cent, within the axis. */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.3f", 100 * Math.max(0, Math.min(1, share)));
    }
}
