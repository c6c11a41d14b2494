package dev.lethe.core.random;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;

/** Uniform permutations and subsets of row numbers. */
public final class Shuffle {
    private Shuffle() {}

    /** A uniform permutation of 0..n-1. */
    public static int[] permutation(int n, UniformRandomProvider random) {
        int[] rows = PermutationSampler.natural(n);
        inPlace(rows, random);
        return rows;
    }

    /** Permutes {@code rows} uniformly (Fisher-Yates). */
    public static void inPlace(int[] rows, UniformRandomProvider random) {
        PermutationSampler.shuffle(random, rows);
    }

    /** A uniform subset of {@code size} row numbers out of 0..n-1, in ascending order. */
    public static int[] subset(int n, int size, UniformRandomProvider random) {
        if (size < 0 || size > n) {
            throw new IllegalArgumentException("size " + size + " must lie in 0.." + n);
        }
        int[] rows = java.util.Arrays.copyOf(permutation(n, random), size);
        java.util.Arrays.sort(rows);
        return rows;
    }
}
