package dev.lethe.core.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** The slow and obvious twin of {@link TableEncoder}: one cell at a time, texts instead of codes, decimal arithmetic. */
final class SlowTableEncoder {
    private SlowTableEncoder() {}

    static List<double[]> encode(LabelledTable fitted, int[] rows, LabelledTable data) {
        List<double[]> encoded = new ArrayList<>();
        for (int row = 0; row < data.size(); row++) {
            List<Double> values = new ArrayList<>();
            for (Column column : fitted.features().columns()) {
                Column cells = data.features().column(column.name()).orElseThrow();
                List<String> seen = Arrays.stream(rows).mapToObj(column::text).toList();
                List<String> present =
                        seen.stream().filter(text -> !text.isEmpty()).toList();
                if (present.isEmpty()) {
                    continue;
                }
                String cell = cells.text(row);
                if (column instanceof Column.Categorical categorical) {
                    for (String category : categorical.categories()) {
                        if (present.contains(category)) {
                            values.add(cell.equals(category) ? 1.0 : 0.0);
                        }
                    }
                } else {
                    values.add(cell.isEmpty() ? 0.0 : standardised(present, cell));
                }
                if (present.size() < seen.size()) {
                    values.add(cell.isEmpty() ? 1.0 : 0.0);
                }
            }
            encoded.add(values.stream().mapToDouble(Double::doubleValue).toArray());
        }
        return encoded;
    }

    private static double standardised(List<String> fitted, String cell) {
        if (new TreeSet<>(fitted).size() == 1) {
            return 0;
        }
        MathContext digits = MathContext.DECIMAL128;
        BigDecimal count = new BigDecimal(fitted.size());
        List<BigDecimal> values = fitted.stream().map(BigDecimal::new).toList();
        BigDecimal mean =
                values.stream().reduce(BigDecimal.ZERO, BigDecimal::add).divide(count, digits);
        BigDecimal variance = values.stream()
                .map(value -> value.subtract(mean).pow(2))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .divide(count, digits);
        BigDecimal scaled = new BigDecimal(cell).subtract(mean).divide(variance.sqrt(digits), digits);
        return scaled.max(new BigDecimal(-10)).min(BigDecimal.TEN).doubleValue();
    }
}
