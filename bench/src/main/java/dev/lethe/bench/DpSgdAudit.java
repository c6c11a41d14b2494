package dev.lethe.bench;

import dev.lethe.audit.evidence.EpsilonAudit;
import dev.lethe.audit.evidence.EpsilonMethod;
import dev.lethe.audit.evidence.Flags;
import dev.lethe.audit.evidence.Guesses;
import dev.lethe.audit.evidence.Trial;
import dev.lethe.core.data.Examples;
import dev.lethe.core.ledger.Custodian;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyCurve;
import dev.lethe.core.privacy.PrivacyLossAccountant;
import dev.lethe.core.random.Seed;
import dev.lethe.core.random.Shuffle;
import dev.lethe.nn.ClippedTraining;
import dev.lethe.nn.Clipping;
import dev.lethe.nn.LogisticRegression;
import dev.lethe.nn.Optimization;
import dev.lethe.nn.Optimizer;
import dev.lethe.protect.training.DpSgd;
import dev.lethe.protect.training.PrivateTraining;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Lower bounds on the epsilon of our own private training, from canaries in trainings with secure noise, beside what it claims. Nothing
 * of it is published by others; it agrees if the claim stands and the bounds are near enough to it to say something.
 */
final class DpSgdAudit implements Reproduction {
    private static final double DELTA = 1e-5;
    private static final double CONFIDENCE = 0.95;
    private static final EpsilonAudit AUDIT = new EpsilonAudit(DELTA, CONFIDENCE);
    private static final Seed SEED = Seed.of(2024);

    /** That a true claim is called refuted, somewhere in all settings. */
    private static final double FALSE_ALARM = 0.01;

    /** Three settings, in two worlds and in one run, seen by two adversaries, two bounds each. */
    private static final int LOOKS = 24;

    /** The same bounds, so sure that one of them all is above the truth with probability FALSE_ALARM at most. */
    private static final EpsilonAudit JUDGE = new EpsilonAudit(DELTA, 1 - FALSE_ALARM / LOOKS);

    /** Features of ordinary people. */
    private static final int WIDTH = 10;

    private static final int CLASSES = 2;

    /** So long that what a canary adds lies nearly all along its own feature, and is clipped. */
    private static final float VALUE = 30;

    private static final int CANARIES = 1000;

    /** By two rates of many trainings, what is proved should be at least this share of the claim. */
    private static final double NEAR = 0.7;

    /**
     * @param trainings for the bound of two worlds, half of them with the canary
     * @param guesses about canaries in one training, half of them that one was in
     */
    private record Setting(
            String name, int examples, int batch, int epochs, double noise, double rate, int trainings, int guesses) {
        DpSgd how(int people) {
            // The same chance to take part, however many there are.
            int expected = Math.toIntExact(Math.round((double) batch * people / examples));
            Optimization fit = new Optimization(epochs, rate, expected, 0, 0, new Optimizer.Sgd(0));
            return new DpSgd(new LogisticRegression(fit), noise, new Clipping.Flat(1));
        }

        PrivacyCurve claim(double multiplier) {
            DpSgd how = how(examples);
            return new PrivacyLossAccountant()
                    .price(
                            new DpSgd(how.recipe(), multiplier, how.clipping()).event(examples),
                            Neighbours.ADD_OR_REMOVE_ONE);
        }
    }

    private static final List<Setting> SETTINGS = List.of(
            new Setting("all in each step", 40, 40, 4, 1.2, 0.05, 6000, 400),
            new Setting("rate 0.1", 200, 20, 10, 1.1, 0.05, 8000, 200),
            new Setting("usual, rate 0.01", 1000, 10, 10, 0.8, 0.05, 4000, 100));

    private boolean agrees = true;

    @Override
    public String name() {
        return "dp-sgd-audit";
    }

    @Override
    public String summary() {
        return "lower bounds on the epsilon of our own private training, at three settings, beside its claim; minutes";
    }

    @Override
    public String dataHome() {
        return "None is read; any folder will do.";
    }

    @Override
    public boolean run(Path data, Path kept) {
        System.out.printf(
                Locale.ROOT,
                "Our DP-SGD on made-up people, logistic regression, clipping norm 1, secure noise (no seed repeats it); delta %.0e,"
                        + " %.0f %% confidence.%nA canary has a feature of its own. Without it an ordinary person stands in its row,"
                        + " who adds nothing where the adversary looks:%none record added or removed, of which the claim is by the"
                        + " distribution of the privacy loss.%nTranscript: likelihood ratio of all noisy gradients. Model: what the"
                        + " last model's answer owes to the canary's feature, less what it did at first.%n\"any\": bound for any recipe. \"family\": epsilon of"
                        + " the least private training of the same rate and steps that keeps what was seen;%nthe noise shown is the"
                        + " least whose whole curve is refuted.%nTwo worlds: one canary, many trainings, threshold chosen on a part of"
                        + " them. One run: %,d canaries, each in by a coin, guesses fixed beforehand.%nAgrees if no bound, each at a"
                        + " confidence of %.4f, refutes the claim (all %d together do so of a true one with probability at%nmost"
                        + " %.2f), and if the family's at %.0f %% from transcripts of two worlds is at least %.1f of it.%n%n",
                DELTA,
                100 * CONFIDENCE,
                CANARIES,
                1 - FALSE_ALARM / LOOKS,
                LOOKS,
                FALSE_ALARM,
                100 * CONFIDENCE,
                NEAR);
        for (Setting setting : SETTINGS) {
            double claim = setting.claim(setting.noise()).epsilon(DELTA);
            System.out.printf(
                    Locale.ROOT,
                    "%s: q = %s, %d steps, noise %s, learning rate %s; claim %.3f%n",
                    setting.name(),
                    setting.how(setting.examples()).rate(setting.examples()),
                    setting.how(setting.examples()).steps(setting.examples()),
                    setting.noise(),
                    setting.rate(),
                    claim);
            Family family = new Family(setting);
            twoWorlds(setting, claim, family);
            oneRun(setting, claim, family);
            System.out.flush();
        }
        System.out.println(agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    /** What both adversaries say of each canary. */
    private record Scores(double[] transcript, double[] model) {}

    private void twoWorlds(Setting setting, double claim, Family family) {
        int trainings = setting.trainings();
        double[] transcript = new double[trainings];
        double[] model = new double[trainings];
        boolean[] member = new boolean[trainings];
        AtomicInteger done = new AtomicInteger();
        IntStream.range(0, trainings).parallel().forEach(i -> {
            member[i] = i % 2 == 0;
            Scores scores = train(setting, setting.examples(), new boolean[] {member[i]});
            transcript[i] = scores.transcript()[0];
            model[i] = scores.model()[0];
            int so = done.incrementAndGet();
            if (so * 4 / trainings > (so - 1) * 4 / trainings) {
                System.err.printf("%s: %d of %d trainings%n", setting.name(), so, trainings);
            }
        });
        two(setting, claim, family, "transcript", new Trial(transcript, member, OptionalDouble.empty()), NEAR);
        two(setting, claim, family, "model", new Trial(model, member, OptionalDouble.empty()), 0);
    }

    private void two(Setting setting, double claim, Family family, String view, Trial trial, double near) {
        Seed seed = SEED.fork("halves");
        double any = AUDIT.bound(EpsilonMethod.THRESHOLD, trial, seed).epsilon();
        Flags flags = flags(trial, seed, family);
        double noise = family.noise(family.first(curve -> AUDIT.refutes(curve, flags)));
        line(
                setting,
                claim,
                "two worlds, " + view,
                any,
                noise,
                near,
                JUDGE.bound(EpsilonMethod.THRESHOLD, trial, seed).epsilon() > claim
                        || JUDGE.refutes(setting.claim(setting.noise()), flags),
                String.format(
                        Locale.ROOT,
                        "%d/%d in, %d/%d out flagged",
                        flags.truePositives(),
                        flags.members(),
                        flags.falsePositives(),
                        flags.nonMembers()));
    }

    /** At the threshold that refutes most of the family on a third of the trainings, judged on the others. */
    private static Flags flags(Trial trial, Seed seed, Family family) {
        int[] records = Shuffle.permutation(trial.scores().length, seed.stream());
        int third = records.length / 3;
        Trial choose = trial.select(Arrays.copyOf(records, third));
        Trial judge = trial.select(Arrays.copyOfRange(records, third, records.length));
        double[] sorted = Arrays.stream(choose.scores()).sorted().toArray();
        double threshold = sorted[third / 2];
        int most = Family.SIZE;
        for (int flagged = 1; flagged < third; flagged += 1 + Math.min(flagged, third - flagged) / 10) {
            double candidate = sorted[third - flagged];
            Flags flags = Flags.of(choose, candidate);
            int refuted = family.first(curve -> AUDIT.refutes(curve, flags));
            if (refuted < most) {
                most = refuted;
                threshold = candidate;
            }
        }
        return Flags.of(judge, threshold);
    }

    private void oneRun(Setting setting, double claim, Family family) {
        UniformRandomProvider coins = SEED.fork("coins-" + setting.name()).stream();
        boolean[] in = new boolean[CANARIES];
        for (int k = 0; k < CANARIES; k++) {
            in[k] = coins.nextBoolean();
        }
        int people = Math.max(CANARIES, setting.examples());
        Scores scores = train(setting, people, in);
        one(setting, claim, family, "transcript", new Trial(scores.transcript(), in, OptionalDouble.empty()));
        one(setting, claim, family, "model", new Trial(scores.model(), in, OptionalDouble.empty()));
    }

    private void one(Setting setting, double claim, Family family, String view, Trial trial) {
        int side = setting.guesses() / 2;
        Guesses guesses = Guesses.of(trial, side, side, SEED.fork("ties"));
        double any = AUDIT.bound(EpsilonMethod.ONE_RUN, guesses).epsilon();
        double noise = family.noise(family.first(curve -> AUDIT.refutes(curve, guesses)));
        line(
                setting,
                claim,
                "one run, " + view,
                any,
                noise,
                0,
                JUDGE.bound(EpsilonMethod.ONE_RUN, guesses).epsilon() > claim
                        || JUDGE.refutes(setting.claim(setting.noise()), guesses),
                guesses.correct() + "/" + guesses.guesses() + " guesses right");
    }

    private void line(
            Setting setting,
            double claim,
            String how,
            double any,
            double noise,
            double near,
            boolean refuted,
            String seen) {
        double family =
                noise == Double.POSITIVE_INFINITY ? 0 : setting.claim(noise).epsilon(DELTA);
        boolean telling = family >= near * claim;
        agrees &= !refuted && telling;
        System.out.printf(
                Locale.ROOT,
                "  %-24s any %6.3f   family %6.3f (%3.0f %%, noise %6.3f)   %-44s %s%n",
                how,
                any,
                family,
                100 * family / claim,
                noise,
                seen,
                refuted ? "REFUTED" : telling ? "" : "says too little");
    }

    /** Trainings of a setting's rate and steps at many noises, the least private first, each with a curve that is computed once. */
    private static final class Family {
        private static final double RATIO = 1.01;
        private static final int SIZE = 560;

        private final Setting setting;
        private final Map<Integer, PrivacyCurve> curves = new HashMap<>();

        Family(Setting setting) {
            this.setting = setting;
        }

        double noise(int i) {
            return i == SIZE ? Double.POSITIVE_INFINITY : setting.noise() / 4 * Math.pow(RATIO, i);
        }

        /** The first of those that are refuted, which goes with how private they are; SIZE if none is. */
        int first(Predicate<PrivacyCurve> refuted) {
            int low = -1;
            int high = SIZE;
            while (high - low > 1) {
                int middle = (low + high) / 2;
                if (refuted.test(curves.computeIfAbsent(middle, i -> new Remembered(setting.claim(noise(i)))))) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return high;
        }
    }

    /** A curve that is computed once at each epsilon. */
    private record Remembered(PrivacyCurve curve, Map<Double, Double> deltas) implements PrivacyCurve {
        Remembered(PrivacyCurve curve) {
            this(curve, new HashMap<>());
        }

        @Override
        public double epsilon(double delta) {
            return curve.epsilon(delta);
        }

        @Override
        public double delta(double epsilon) {
            return deltas.computeIfAbsent(epsilon, curve::delta);
        }
    }

    /** One training with the canaries that are {@code in}, in the first rows, as both adversaries see it. */
    private static Scores train(Setting setting, int people, boolean[] in) {
        DpSgd how = setting.how(people);
        Seed first = SEED.fork("first-weights");
        Examples ordinary = people(people, in.length);
        Examples all = canaries(how, ordinary, in.length, first);
        float[] features = all.features().clone();
        int[] labels = all.labels().clone();
        for (int k = 0; k < in.length; k++) {
            if (!in[k]) {
                System.arraycopy(ordinary.features(), k * all.width(), features, k * all.width(), all.width());
                labels[k] = ordinary.labels()[k];
            }
        }
        Examples data = new Examples(features, all.shape(), labels, all.classes());
        float[] start = firstWeights(how, all, first);
        int[] own = IntStream.range(WIDTH, WIDTH + in.length).toArray();
        TranscriptAdversary adversary = new TranscriptAdversary(
                how, people, own, Arrays.copyOf(all.labels(), in.length), VALUE, all.width(), CLASSES, start);
        PrivateTraining training = new PrivateTraining(how, people, first, Progress.QUIET, adversary, null);
        try (Predictor<Examples> model = Custodian.releaseUnrecorded(training, data)) {
            // All canaries, and a record of zeros, which tells what the model answers to everybody.
            float[] asked = Arrays.copyOf(all.features(), (in.length + 1) * all.width());
            Arrays.fill(asked, in.length * all.width(), asked.length, 0);
            Logits logits = model.logits(new Examples(asked, all.shape(), new int[in.length + 1], all.classes()));
            double[] black = new double[in.length];
            for (int k = 0; k < in.length; k++) {
                int label = all.labels()[k];
                double before = VALUE
                        * ((double) start[label * all.width() + own[k]] - start[(1 - label) * all.width() + own[k]]);
                black[k] = margin(logits, k, label) - margin(logits, in.length, label) - before;
            }
            return new Scores(adversary.scores(), black);
        }
    }

    private static double margin(Logits logits, int row, int label) {
        return (double) logits.at(row, label) - logits.at(row, 1 - label);
    }

    /** The same people each time: two clouds, two apart, and as many features more as there are canaries, all 0. */
    private static Examples people(int count, int canaries) {
        UniformRandomProvider random = SEED.fork("people").stream();
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        int width = WIDTH + canaries;
        float[] features = new float[count * width];
        int[] labels = new int[count];
        for (int row = 0; row < count; row++) {
            labels[row] = random.nextInt(CLASSES);
            for (int i = 0; i < WIDTH; i++) {
                features[row * width + i] = (float) (gaussian.sample() + (i == 0 ? 2 * labels[row] : 0));
            }
        }
        return new Examples(features, new int[] {width}, labels, List.of("a", "b"));
    }

    /** All canaries in their rows, each with the label that the first weights think less likely. */
    private static Examples canaries(DpSgd how, Examples ordinary, int canaries, Seed first) {
        int width = ordinary.width();
        float[] features = ordinary.features().clone();
        int[] labels = ordinary.labels().clone();
        float[] weights = firstWeights(how, ordinary, first);
        for (int k = 0; k < canaries; k++) {
            for (int i = 0; i < WIDTH; i++) {
                features[k * width + i] = 0;
            }
            features[k * width + WIDTH + k] = VALUE;
            labels[k] = weights[WIDTH + k] < weights[width + WIDTH + k] ? 0 : 1;
        }
        return new Examples(features, ordinary.shape(), labels, ordinary.classes());
    }

    /** They protect nobody, and both adversaries know them. */
    private static float[] firstWeights(DpSgd how, Examples data, Seed first) {
        try (ClippedTraining untrained = ClippedTraining.begin(how.recipe(), data, first)) {
            return untrained.weights().clone();
        }
    }
}
