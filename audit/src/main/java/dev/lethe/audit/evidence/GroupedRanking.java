package dev.lethe.audit.evidence;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.DiscreteSampler;
import org.apache.commons.rng.sampling.distribution.PoissonSampler;

/**
 * A trial of very many records for the bootstrap: neighbours by score in some thousand groups, each resampled as a whole. How
 * often a record is drawn with replacement is a Poisson number of mean 1, nearly independent of the others' where there are
 * many; so the number of a group's members that are drawn is a Poisson number too, and a resample costs the groups instead of
 * the records.
 *
 * <p>Where few false alarms decide, every non-member is a group by itself, and thresholds lie exactly where they would.
 */
final class GroupedRanking {
    /** A group holds this share of the non-members above it, at most. */
    private static final double SHARE = 0.01;

    /** Groups that members alone would make. */
    private static final int MEMBER_GROUPS = 2000;

    private int[] members = new int[1024];
    private int[] others = new int[1024];
    /** Whether a group's records have one score, so that a threshold cannot lie within it. */
    private boolean[] tied = new boolean[1024];

    private int groups;

    /** @param ranking all records, best first */
    GroupedRanking(Ranking ranking) {
        int mostMembers = Math.max(1, ranking.members() / MEMBER_GROUPS);
        int[] open = new int[3];
        long[] above = new long[1];
        ranking.blocks((in, out) -> {
            int mostOthers = (int) Math.max(1, SHARE * above[0]);
            boolean alone = mostOthers == 1 && out > 0;
            if (alone || open[0] + in > mostMembers || open[1] + out > mostOthers) {
                close(open);
            }
            open[0] += in;
            open[1] += out;
            open[2]++;
            above[0] += out;
            if (alone) {
                close(open);
            }
        });
        close(open);
        members = Arrays.copyOf(members, groups);
        others = Arrays.copyOf(others, groups);
    }

    /** @param open members, non-members and blocks of equal scores of the group at hand; empty afterwards */
    private void close(int[] open) {
        if (open[2] == 0) {
            return;
        }
        if (groups == members.length) {
            members = Arrays.copyOf(members, 2 * groups);
            others = Arrays.copyOf(others, 2 * groups);
            tied = Arrays.copyOf(tied, 2 * groups);
        }
        members[groups] = open[0];
        others[groups] = open[1];
        tied[groups++] = open[2] == 1;
        Arrays.fill(open, 0);
    }

    /** How many groups there are. */
    int groups() {
        return groups;
    }

    /** Draws resamples. */
    Sampler sampler(UniformRandomProvider random) {
        return new Sampler(random);
    }

    /** What the records themselves show at the groups' resolution. */
    Ranking.Measured measure(double[] rates) {
        return measure(members, others, rates);
    }

    /** A source of resamples. */
    final class Sampler {
        private final DiscreteSampler[] drawMembers = new DiscreteSampler[groups];
        private final DiscreteSampler[] drawOthers = new DiscreteSampler[groups];
        private final int[] in = new int[groups];
        private final int[] out = new int[groups];

        private Sampler(UniformRandomProvider random) {
            for (int g = 0; g < groups; g++) {
                drawMembers[g] = members[g] == 0 ? () -> 0 : PoissonSampler.of(random, members[g]);
                drawOthers[g] = others[g] == 0 ? () -> 0 : PoissonSampler.of(random, others[g]);
            }
        }

        /** The next resample, measured. */
        Ranking.Measured next(double[] rates) {
            for (int g = 0; g < groups; g++) {
                in[g] = drawMembers[g].sample();
                out[g] = drawOthers[g].sample();
            }
            return measure(in, out, rates);
        }
    }

    private Ranking.Measured measure(int[] in, int[] out, double[] rates) {
        long positives = Arrays.stream(in).asLongStream().sum();
        long negatives = Arrays.stream(out).asLongStream().sum();
        Ranking.Measured measured = new Ranking.Measured(rates.length);
        double area = 0;
        long truePositives = 0;
        long falsePositives = 0;
        int rate = 0;
        for (int g = 0; g < groups; g++) {
            area += out[g] * (truePositives + 0.5 * in[g]);
            while (rate < rates.length && falsePositives + out[g] > Ranking.allowed(rates[rate], negatives)) {
                long left = Ranking.allowed(rates[rate], negatives) - falsePositives;
                // Members and non-members of a group are taken for evenly mixed.
                double part = tied[g] ? 0 : (double) in[g] * left / out[g];
                measured.tpr[rate++] = (truePositives + part) / positives;
            }
            truePositives += in[g];
            falsePositives += out[g];
        }
        Arrays.fill(measured.tpr, rate, rates.length, 1);
        measured.auc = area / ((double) positives * negatives);
        return measured;
    }
}
