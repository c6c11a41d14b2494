package dev.lethe.audit.membership;

import dev.lethe.core.data.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Groups of records by the value of one column: each category a group, numbers in four groups of about equal size. */
public final class Slices {
    /** A column with more categories than this is grouped into its most frequent ones and the rest. */
    private static final int MOST_GROUPS = 20;

    private Slices() {}

    /** A group: its name and its records. */
    public record Slice(String column, String value, int[] records) {}

    /** The groups of a column, in a natural order; every record is in exactly one. */
    public static List<Slice> of(Column column) {
        return column instanceof Column.Numeric numeric ? quarters(numeric) : categories(column);
    }

    private static List<Slice> quarters(Column.Numeric column) {
        double[] sorted = Arrays.stream(column.values())
                .filter(v -> !Double.isNaN(v))
                .sorted()
                .toArray();
        List<Slice> slices = new ArrayList<>();
        double[] distinct = Arrays.stream(sorted).distinct().toArray();
        if (distinct.length <= 8) {
            return categories(column);
        }
        double[] edges = IntStream.rangeClosed(0, 4)
                .mapToDouble(q -> sorted[Math.min(sorted.length - 1, q * sorted.length / 4)])
                .distinct()
                .toArray();
        for (int i = 0; i + 1 < edges.length; i++) {
            double low = edges[i];
            double high = edges[i + 1];
            boolean last = i + 2 == edges.length;
            int[] records = IntStream.range(0, column.size())
                    .filter(r -> column.values()[r] >= low
                            && (last ? column.values()[r] <= high : column.values()[r] < high))
                    .toArray();
            slices.add(new Slice(column.name(), text(low) + (last ? " to " : " to below ") + text(high), records));
        }
        addMissing(slices, column);
        return slices;
    }

    private static List<Slice> categories(Column column) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int record = 0; record < column.size(); record++) {
            groups.computeIfAbsent(column.text(record), name -> new ArrayList<>())
                    .add(record);
        }
        List<Map.Entry<String, List<Integer>>> ordered = new ArrayList<>(groups.entrySet());
        ordered.removeIf(entry -> entry.getKey().isEmpty());
        if (column instanceof Column.Numeric) {
            ordered.sort(java.util.Comparator.comparingDouble(e -> Double.parseDouble(e.getKey())));
        } else {
            ordered.sort(Map.Entry.comparingByKey());
        }
        List<Integer> rest = new ArrayList<>();
        if (ordered.size() > MOST_GROUPS) {
            List<Map.Entry<String, List<Integer>>> bySize = new ArrayList<>(ordered);
            bySize.sort(java.util.Comparator.comparingInt(e -> -e.getValue().size()));
            for (var small : bySize.subList(MOST_GROUPS - 1, bySize.size())) {
                rest.addAll(small.getValue());
                ordered.remove(small);
            }
        }
        List<Slice> slices = new ArrayList<>();
        for (var entry : ordered) {
            slices.add(new Slice(column.name(), entry.getKey(), array(entry.getValue())));
        }
        if (!rest.isEmpty()) {
            slices.add(new Slice(column.name(), "(all other values)", array(rest)));
        }
        addMissing(slices, column);
        return slices;
    }

    private static void addMissing(List<Slice> slices, Column column) {
        int[] missing = IntStream.range(0, column.size())
                .filter(record -> column.text(record).isEmpty())
                .toArray();
        if (missing.length > 0) {
            slices.add(new Slice(column.name(), "(missing)", missing));
        }
    }

    private static int[] array(List<Integer> records) {
        return records.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String text(double value) {
        return new Column.Numeric("", new double[] {value}).text(0);
    }
}
