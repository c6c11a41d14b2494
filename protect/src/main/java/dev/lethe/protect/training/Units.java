package dev.lethe.protect.training;

import dev.lethe.core.data.Examples;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who is protected in a training: people, each with all of their rows, numbered in the order of their first row. */
final class Units {
    private final int[][] rows;
    private final boolean isOneRowEach;

    private Units(int[][] rows) {
        this.rows = rows;
        isOneRowEach = Arrays.stream(rows).allMatch(one -> one.length == 1);
    }

    /** Those of some rows. */
    static Units of(Examples data, int[] rows) {
        return new Units(grouped(data.people(), rows).stream()
                .map(one -> one.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new));
    }

    private static List<List<Integer>> grouped(int[] people, int[] rows) {
        Map<Integer, List<Integer>> byPerson = new LinkedHashMap<>();
        for (int row : rows) {
            byPerson.computeIfAbsent(people[row], unseen -> new ArrayList<>()).add(row);
        }
        return List.copyOf(byPerson.values());
    }

    /** How many people rows belong to, numbered from 0. */
    static int count(int[] people) {
        return Arrays.stream(people).max().orElse(-1) + 1;
    }

    /**
     * Up to so many rows of each person, every choice being equally likely, and independent of who else there is: the bits are
     * protective ones, since a seed would tie one person's choice to the number of others.
     *
     * @return rows in their order
     */
    static int[] bounded(int[] people, int most, NoiseSource noise) {
        int[] all = new int[people.length];
        Arrays.setAll(all, row -> row);
        return grouped(people, all).stream()
                .flatMapToInt(one -> Arrays.stream(some(one, most, noise)))
                .sorted()
                .toArray();
    }

    private static int[] some(List<Integer> rows, int most, NoiseSource noise) {
        int[] left = rows.stream().mapToInt(Integer::intValue).toArray();
        if (left.length <= most) {
            return left;
        }
        for (int i = 0; i < most; i++) {
            int other = i + (int) noise.nextBelow(left.length - i);
            int row = left[i];
            left[i] = left[other];
            left[other] = row;
        }
        return Arrays.copyOf(left, most);
    }

    int count() {
        return rows.length;
    }

    /** Of these people, the gradients, each person's clipped as one. */
    ClippedTraining.Sum sum(ClippedTraining training, int[] people, Clipping clipping, int copies) {
        if (isOneRowEach) {
            return training.sum(
                    Arrays.stream(people).map(person -> rows[person][0]).toArray(), clipping, copies);
        }
        if (copies > 1) {
            throw new IllegalArgumentException("copies " + copies + " must be 1 where a person has several rows");
        }
        return training.sum(
                Arrays.stream(people).mapToObj(person -> rows[person]).toArray(int[][]::new), clipping);
    }
}
