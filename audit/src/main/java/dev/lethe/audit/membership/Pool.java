package dev.lethe.audit.membership;

import dev.lethe.core.data.Records;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Who takes part in the membership game, drawn from a user's data: people who are in the training data of half of the
 * models, and a population who are in none.
 *
 * @param data the rows that models are asked about: first those of the players, then those of the population
 * @param person whose row is each row of the players, numbered from 0
 * @param people how many players there are
 * @param source row number in the user's data of each row of {@code data}
 */
record Pool<D extends Records>(D data, int[] person, int people, int[] source) {

    /** All rows play, nobody is left for the population. */
    static <D extends Records> Pool<D> of(D data) {
        int[] rows = IntStream.range(0, data.size()).toArray();
        return new Pool<>(data, data.people(), count(data), rows);
    }

    /**
     * A random {@code players} of the people, and of the others a random population of about {@code population} rows, each
     * with all of their rows.
     */
    static <D extends Records> Pool<D> draw(D all, int players, int population, Seed seed) {
        int[] whose = all.people();
        int count = count(all);
        int[] drawn = Shuffle.subset(count, players, seed.fork("pool").stream());
        boolean[] plays = new boolean[count];
        for (int person : drawn) {
            plays[person] = true;
        }
        int[] others =
                IntStream.range(0, count).filter(person -> !plays[person]).toArray();
        Shuffle.inPlace(others, seed.fork("population").stream());
        int[] rowsOf = new int[count];
        for (int person : whose) {
            rowsOf[person]++;
        }
        boolean[] watches = new boolean[count];
        int room = population;
        for (int person : others) {
            if (rowsOf[person] <= room) {
                watches[person] = true;
                room -= rowsOf[person];
            }
        }
        int[] game =
                IntStream.range(0, all.size()).filter(row -> plays[whose[row]]).toArray();
        int[] rest = IntStream.range(0, all.size())
                .filter(row -> watches[whose[row]])
                .toArray();
        int[] source = Arrays.copyOf(game, game.length + rest.length);
        System.arraycopy(rest, 0, source, game.length, rest.length);
        @SuppressWarnings("unchecked") // Records.select promises the same type.
        D data = (D) all.select(source);
        return new Pool<>(data, Arrays.copyOf(data.people(), game.length), players, source);
    }

    /** How many people the rows belong to. */
    static int count(Records data) {
        return Arrays.stream(data.people()).max().orElse(-1) + 1;
    }

    /** How many rows play. */
    int records() {
        return person.length;
    }

    /** How many rows the population has. */
    int population() {
        return data.size() - person.length;
    }

    /** Whether each row is a person of its own. */
    boolean isOneRowEach() {
        return people == records();
    }
}
