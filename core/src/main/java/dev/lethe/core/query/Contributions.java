package dev.lethe.core.query;

import dev.lethe.core.data.Column;
import dev.lethe.core.data.Table;
import dev.lethe.core.random.NoiseSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows that take part, by group, after each unit has been held to its bounds by lot. What is drawn for one unit does not depend
 * on any other, so that adding or removing a unit changes its own rows and nothing else.
 *
 * <p>Rows that do not say whose they are, or have no value in a grouping column, or belong to no group of a public list, take no part.
 */
final class Contributions {
    /**
     * One group.
     *
     * @param rows that take part
     * @param units that these rows belong to
     */
    record Group(List<String> key, int[] rows, long units) {}

    private final StatisticsQuery query;
    private final Table table;
    private final NoiseSource source;

    private Contributions(StatisticsQuery query, Table table, NoiseSource source) {
        this.query = query;
        this.table = table;
        this.source = source;
    }

    /** In the order of their keys. */
    static List<Group> of(StatisticsQuery query, Table table, NoiseSource source) {
        return new Contributions(query, table, source).groups();
    }

    private List<Group> groups() {
        List<Column> columns = query.groupBy().stream()
                .map(name -> StatisticsQuery.column(table, name))
                .toList();
        Map<List<String>, Integer> numbers = new HashMap<>();
        List<List<String>> keys = new ArrayList<>();
        List<List<String>> given = query.groupBy().isEmpty() ? List.of(List.of()) : query.keys();
        if (given != null) {
            for (List<String> key : given) {
                numbers.put(canonical(columns, key), keys.size());
                keys.add(key);
            }
        }
        int[] groupOfRow = new int[table.size()];
        for (int row = 0; row < groupOfRow.length; row++) {
            List<String> key = key(columns, row);
            if (key == null) {
                groupOfRow[row] = -1;
            } else if (given != null) {
                groupOfRow[row] = numbers.getOrDefault(key, -1);
            } else {
                groupOfRow[row] = numbers.computeIfAbsent(key, unseen -> {
                    keys.add(unseen);
                    return numbers.size();
                });
            }
        }
        List<IntList> rows = new ArrayList<>();
        long[] units = new long[keys.size()];
        keys.forEach(key -> rows.add(new IntList()));
        take(groupOfRow, rows, units);
        return IntStream.range(0, keys.size())
                .mapToObj(group -> new Group(keys.get(group), rows.get(group).toArray(), units[group]))
                .sorted((one, other) -> compare(one.key(), other.key()))
                .toList();
    }

    private void take(int[] groupOfRow, List<IntList> rows, long[] units) {
        if (query.unit() == null) {
            for (int row = 0; row < groupOfRow.length; row++) {
                if (groupOfRow[row] >= 0) {
                    rows.get(groupOfRow[row]).add(row);
                    units[groupOfRow[row]]++;
                }
            }
            return;
        }
        Column column = StatisticsQuery.column(table, query.unit());
        Map<String, Map<Integer, IntList>> rowsOfUnit = new HashMap<>();
        for (int row = 0; row < groupOfRow.length; row++) {
            String unit = column.text(row);
            if (groupOfRow[row] >= 0 && !unit.isEmpty()) {
                rowsOfUnit
                        .computeIfAbsent(unit, unseen -> new HashMap<>())
                        .computeIfAbsent(groupOfRow[row], unseen -> new IntList())
                        .add(row);
            }
        }
        ContributionBounds bounds = query.effective();
        for (Map<Integer, IntList> one : rowsOfUnit.values()) {
            IntList groups = new IntList();
            one.keySet().forEach(groups::add);
            for (int group : groups.sample(bounds.maxGroups(), source)) {
                for (int row : one.get(group).sample(bounds.maxRows(), source)) {
                    rows.get(group).add(row);
                }
                units[group]++;
            }
        }
    }

    private static @Nullable List<String> key(List<Column> columns, int row) {
        String[] key = new String[columns.size()];
        for (int i = 0; i < key.length; i++) {
            key[i] = columns.get(i).text(row);
            if (key[i].isEmpty()) {
                return null;
            }
        }
        return List.of(key);
    }

    /** A public key as the table would write it: 1.0 and 1 are one number. */
    private static List<String> canonical(List<Column> columns, List<String> key) {
        String[] canonical = new String[key.size()];
        for (int i = 0; i < canonical.length; i++) {
            canonical[i] = canonical(columns.get(i), key.get(i));
        }
        return List.of(canonical);
    }

    static String canonical(Column column, String text) {
        if (column instanceof Column.Numeric) {
            try {
                return new Column.Numeric("", new double[] {Double.parseDouble(text)}).text(0);
            } catch (IllegalArgumentException e) {
                // It is no finite number, so no row has it.
                return text;
            }
        }
        return text;
    }

    /** Numbers before texts, by size; texts by their characters. */
    static final Comparator<String> ORDER =
            Comparator.comparingDouble(Contributions::number).thenComparing(Comparator.naturalOrder());

    private static int compare(List<String> one, List<String> other) {
        for (int i = 0; i < one.size(); i++) {
            int compared = ORDER.compare(one.get(i), other.get(i));
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private static final class IntList {
        private int[] values = new int[2];
        private int size;

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int[] toArray() {
            return Arrays.copyOf(values, size);
        }

        /** Up to so many of them, every choice being equally likely. */
        int[] sample(int most, NoiseSource source) {
            if (size <= most) {
                return toArray();
            }
            for (int i = 0; i < most; i++) {
                int other = i + (int) source.nextBelow(size - i);
                int value = values[other];
                values[other] = values[i];
                values[i] = value;
            }
            return Arrays.copyOf(values, most);
        }
    }
}
