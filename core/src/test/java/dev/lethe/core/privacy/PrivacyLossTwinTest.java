package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.LossComposition.Tilts;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteLaplace;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyLossCurve.Bracket;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The fast accountant against slow and obvious ones: closed forms, enumeration, direct convolution, quadrature. */
class PrivacyLossTwinTest {
    private static final Neighbours ADD = Neighbours.ADD_OR_REMOVE_ONE;
    private static final Neighbours REPLACE = Neighbours.REPLACE_ONE;

    @Test
    void compositionsOfGaussianNoiseAgainstTheExactCurve() {
        for (double mu : new double[] {0.01, 0.1, 0.5, 1, 3, 10, 19}) {
            for (double delta : new double[] {0.3, 1e-2, 1e-5, 1e-9, 1e-15, 1e-30}) {
                if (mu * -Math.log10(delta) > 200) {
                    continue; // holds there too, but is not narrow
                }
                double exact = new GaussianCurve(mu).epsilon(delta);
                PrivacyLossCurve curve = price(new Gaussian(1 / mu), ADD);
                holds(curve.bracket(delta), exact, 1e-8 * exact + 1e-9, () -> "mu " + mu + " delta " + delta);
                holds(
                        curve.latticeBracket(delta),
                        exact,
                        3e-5 * exact + 1e-6,
                        () -> "lattice, mu " + mu + " delta " + delta);
            }
        }
    }

    /** Many small steps by the transform, not by adding up squares: sampled at a rate that is almost 1. */
    @Test
    void compositionByTransformAgainstTheExactCurve() {
        double exact = new GaussianCurve(1).epsilon(1e-6);
        PrivacyLossCurve curve = new PrivacyLossCurve(
                List.of(new PrivacyLossCurve.Part(new LossPair.Gaussian(0.02), 2500)),
                List.of(new PrivacyLossCurve.Part(new LossPair.Gaussian(0.02), 2500)),
                true);
        holds(curve.bracket(1e-6), exact, 2e-4, () -> "2500 steps");
    }

    @Test
    void oneSampledStepAgainstTheClosedForm() {
        PropertyTrials.check(60, seed -> {
            UniformRandomProvider random = seed.stream();
            double q = random.nextDouble();
            double sigma = Math.exp(3 * random.nextDouble() - 1.2);
            double epsilon = 3 * random.nextDouble() - 0.5;
            PrivacyLossCurve curve = price(new PoissonSampled(q, new Gaussian(sigma)), ADD);
            double remove = remove(q, sigma, epsilon);
            double add = add(q, sigma, epsilon);
            holds(curve.deltaBracket(epsilon, false), remove, 1e-6 * remove + 1e-14, () -> "remove " + q + " " + sigma);
            holds(curve.deltaBracket(epsilon, true), add, 1e-6 * add + 1e-14, () -> "add " + q + " " + sigma);
            holds(
                    curve.latticeDeltaBracket(epsilon, false),
                    remove,
                    5e-3 * remove + 1e-14,
                    () -> "lattice, remove " + q + " " + sigma + " " + epsilon);
            holds(
                    curve.latticeDeltaBracket(epsilon, true),
                    add,
                    5e-3 * add + 1e-14,
                    () -> "lattice, add " + q + " " + sigma + " " + epsilon);
        });
    }

    private static double remove(double q, double sigma, double epsilon) {
        double inside = (Math.exp(epsilon) - (1 - q)) / q;
        if (inside <= 0) {
            return -Math.expm1(epsilon);
        }
        double x = sigma * sigma * Math.log(inside) + 0.5;
        double out = Normal.above(x / sigma);
        return (1 - q) * out + q * Normal.above((x - 1) / sigma) - Math.exp(epsilon) * out;
    }

    private static double add(double q, double sigma, double epsilon) {
        double inside = (Math.exp(-epsilon) - (1 - q)) / q;
        if (inside <= 0) {
            return 0;
        }
        double x = sigma * sigma * Math.log(inside) + 0.5;
        double under = Normal.above(-x / sigma);
        return under - Math.exp(epsilon) * ((1 - q) * under + q * Normal.above((1 - x) / sigma));
    }

    @Test
    void compositionsOfRandomizedResponseAgainstEnumeration() {
        for (int times : new int[] {1, 2, 7, 40}) {
            for (double one : new double[] {0.1, 0.9, 2}) {
                double truth = 1 / (1 + Math.exp(-one));
                PrivacyLossCurve curve = price(new Repeated(times, new RandomizedResponse(one, 2)), ADD);
                for (double epsilon : new double[] {0, 0.35, 1.1, 0.8 * times * one}) {
                    double exact = 0;
                    for (int kept = 0; kept <= times; kept++) {
                        double loss = (2.0 * kept - times) * one;
                        if (loss > epsilon) {
                            double mass =
                                    binomial(times, kept) * Math.pow(truth, kept) * Math.pow(1 - truth, times - kept);
                            exact += mass * -Math.expm1(epsilon - loss);
                        }
                    }
                    double answer = exact;
                    holds(
                            curve.deltaBracket(epsilon),
                            exact,
                            1e-3 * exact + 1e-14,
                            () -> times + " x " + one + " at " + epsilon + ": " + answer);
                }
            }
        }
    }

    @Test
    void compositionsOfLaplaceNoiseAgainstDirectIntegration() {
        // Two of them: the mass above a loss, integrated over the first.
        for (double scale : new double[] {0.7, 2, 10}) {
            double s = 1 / scale;
            for (double epsilon : new double[] {0, 0.5 * s, 1.5 * s}) {
                DoubleUnaryOperator one = at -> at >= s ? 0 : at <= -s ? -Math.expm1(at) : -Math.expm1((at - s) / 2);
                double exact =
                        0.5 * one.applyAsDouble(epsilon - s) + 0.5 * Math.exp(-s) * one.applyAsDouble(epsilon + s);
                // Split where the inner curve has its kink.
                double kink = Math.max(-s, Math.min(s, epsilon - s));
                for (double[] part : new double[][] {{-s, kink}, {kink, s}}) {
                    exact += integral(
                            loss -> 0.25 * Math.exp((loss - s) / 2) * one.applyAsDouble(epsilon - loss),
                            part[0],
                            part[1]);
                }
                double answer = exact;
                holds(
                        price(new Repeated(2, new Laplace(scale)), ADD).deltaBracket(epsilon),
                        exact,
                        2e-4 * exact + 1e-12,
                        () -> scale + " " + epsilon + " " + answer);
            }
        }
    }

    @Test
    void discreteNoiseAgainstEnumeration() {
        for (long shift : new long[] {1, 3}) {
            for (double epsilon : new double[] {0, 0.2, 1}) {
                double gaussian = enumerated(x -> Math.exp(-x * x / (2 * 2.5 * 2.5)), shift, epsilon);
                holds(
                        price(new DiscreteGaussian(2.5, shift), ADD).deltaBracket(epsilon),
                        gaussian,
                        1e-4 * gaussian + 1e-12,
                        () -> "g");
                double laplace = enumerated(x -> Math.exp(-Math.abs(x) / 4), shift, epsilon);
                holds(
                        price(new DiscreteLaplace(4, shift), ADD).deltaBracket(epsilon),
                        laplace,
                        1e-4 * laplace + 1e-12,
                        () -> "l");
            }
        }
    }

    private static double enumerated(DoubleUnaryOperator weight, long shift, double epsilon) {
        double whole = 0;
        double sum = 0;
        for (int x = -400; x <= 400; x++) {
            whole += weight.applyAsDouble(x);
            sum += Math.max(0, weight.applyAsDouble(x - (double) shift) - Math.exp(epsilon) * weight.applyAsDouble(x));
        }
        return sum / whole;
    }

    /** Random distributions on a lattice, folded into themselves term by term. */
    @Test
    void transformsAgainstDirectConvolution() {
        PropertyTrials.check(30, seed -> {
            UniformRandomProvider random = seed.stream();
            double step = 0.02;
            LatticeLoss first = lattice(random);
            LatticeLoss second = lattice(random);
            int twice = 1 + random.nextInt(4);
            double[] exact = {1};
            long base = 0;
            for (int i = 0; i < twice; i++) {
                exact = convolve(exact, first.mass());
                base += first.multiples()[0];
            }
            exact = convolve(exact, second.mass());
            base += second.multiples()[0];
            double kept = Math.pow(1 - first.infinite(), twice) * (1 - second.infinite());
            var sums = new LossComposition(
                    List.of(new LossComposition.Part(first, first, twice), new LossComposition.Part(second, second, 1)),
                    step,
                    new Tilts(3 * random.nextDouble() + 0.1, 5, 40, 60, -40),
                    -600,
                    1024);
            var direct = new DirectSums(
                    List.of(new LossComposition.Part(first, first, twice), new LossComposition.Part(second, second, 1)),
                    step,
                    -600,
                    1024);
            // Sums that do not fit are moved up, or down, and never the other way.
            var cut = new DirectSums(
                    List.of(new LossComposition.Part(first, first, twice), new LossComposition.Part(second, second, 1)),
                    step,
                    -25,
                    64);
            for (long multiple = -100; multiple < 300; multiple += 7) {
                double delta = 1 - kept;
                for (int i = 0; i < exact.length; i++) {
                    if (base + i > multiple) {
                        delta += exact[i] * -Math.expm1((multiple - base - i) * step);
                    }
                }
                double answer = delta;
                long at = multiple;
                assertTrue(
                        sums.above(multiple) >= delta * (1 - 1e-11), () -> at + ": " + sums.above(at) + " < " + answer);
                assertTrue(
                        sums.below(multiple) <= delta * (1 + 1e-11), () -> at + ": " + sums.below(at) + " > " + answer);
                assertEquals(delta, sums.above(multiple), 1e-6 * delta + 1e-8);
                assertEquals(delta, sums.below(multiple), 1e-6 * delta + 1e-8);
                holds(
                        new Bracket(direct.deltaBelow(multiple * step), direct.deltaAbove(multiple * step)),
                        delta,
                        1e-9 * delta + 1e-15,
                        () -> "directly, at " + at);
                if (multiple >= -25 && multiple < 39) {
                    assertTrue(cut.deltaAbove(multiple * step) >= delta * (1 - 1e-11), () -> "cut, at " + at);
                    assertTrue(cut.deltaBelow(multiple * step) <= delta * (1 + 1e-11), () -> "cut, at " + at);
                }
            }
        });
    }

    private static LatticeLoss lattice(UniformRandomProvider random) {
        int count = 2 + random.nextInt(40);
        long[] multiples = new long[count];
        double[] mass = new double[count];
        double whole = 0;
        long from = -random.nextInt(30);
        for (int i = 0; i < count; i++) {
            multiples[i] = from + i;
            mass[i] = random.nextInt(3) == 0 ? 0 : random.nextDouble();
            whole += mass[i];
        }
        mass[0] += 0.1;
        whole += 0.1;
        double infinite = random.nextInt(2) * 1e-4;
        for (int i = 0; i < count; i++) {
            mass[i] *= (1 - infinite) / whole;
        }
        return new LatticeLoss(multiples, mass, infinite);
    }

    private static double[] convolve(double[] a, double[] b) {
        double[] sum = new double[a.length + b.length - 1];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b.length; j++) {
                sum[i + j] += a[i] * b[j];
            }
        }
        return sum;
    }

    @Test
    void fourierAgainstItsDefinition() {
        PropertyTrials.check(8, seed -> {
            UniformRandomProvider random = seed.stream();
            for (int size : new int[] {1, 2, 4, 8, 32, 256}) {
                double[] re = random.doubles(size).toArray();
                double[] im = random.doubles(size).toArray();
                double[] spectrumRe = re.clone();
                double[] spectrumIm = im.clone();
                Fourier.of(size).forward(spectrumRe, spectrumIm);
                int bits = Integer.numberOfTrailingZeros(size);
                for (int place = 0; place < size; place++) {
                    int frequency = size == 1 ? 0 : Integer.reverse(place) >>> (32 - bits);
                    double sumRe = 0;
                    double sumIm = 0;
                    for (int j = 0; j < size; j++) {
                        double angle = -2 * Math.PI * ((long) j * frequency % size) / size;
                        sumRe += re[j] * Math.cos(angle) - im[j] * Math.sin(angle);
                        sumIm += re[j] * Math.sin(angle) + im[j] * Math.cos(angle);
                    }
                    assertEquals(sumRe, spectrumRe[place], 1e-11 * size);
                    assertEquals(sumIm, spectrumIm[place], 1e-11 * size);
                    int opposite = Fourier.opposite(place);
                    int there = size == 1 ? 0 : Integer.reverse(opposite) >>> (32 - bits);
                    assertEquals((size - frequency) % size, there);
                }
                Fourier.of(size).inverse(spectrumRe, spectrumIm);
                for (int j = 0; j < size; j++) {
                    assertEquals(re[j], spectrumRe[j] / size, 1e-14 * (1 + bits));
                    assertEquals(im[j], spectrumIm[j] / size, 1e-14 * (1 + bits));
                }
            }
        });
    }

    /** docs/math/accounting.md, "One record replaced in a Poisson sample": no two records are worse than opposite ones. */
    @Test
    void oppositeRecordsAreTheWorstReplacement() {
        PropertyTrials.check(40, seed -> {
            UniformRandomProvider random = seed.stream();
            double q = random.nextDouble();
            double sigma = 0.5 + 2 * random.nextDouble();
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            double epsilon = 2 * random.nextDouble() - 1;
            double other = integral(
                    z -> Math.max(0, mixture(z, q, sigma, x) - Math.exp(epsilon) * mixture(z, q, sigma, y)),
                    -12 * sigma,
                    12 * sigma);
            double opposite =
                    price(new PoissonSampled(q, new Gaussian(sigma)), REPLACE).delta(epsilon);
            assertTrue(other <= opposite + 1e-6, () -> q + " " + sigma + " " + x + " " + y + " " + epsilon);
        });
    }

    private static double mixture(double z, double q, double sigma, double mean) {
        double scale = 1 / (sigma * Math.sqrt(2 * Math.PI));
        return scale
                * ((1 - q) * Math.exp(-z * z / (2 * sigma * sigma))
                        + q * Math.exp(-(z - mean) * (z - mean) / (2 * sigma * sigma)));
    }

    /** docs/math/accounting.md, "Several coordinates": noise on two costs no more than on one with the same total shift. */
    @Test
    void laplaceNoiseOnTwoCoordinatesCostsNoMoreThanOnOne() {
        for (double share : new double[] {0.1, 0.3, 0.5}) {
            PrivacyEvent split = new Composed(List.of(new Laplace(1 / share), new Laplace(1 / (1 - share))));
            PrivacyEvent one = new Laplace(1);
            PrivacyEvent splitGrid = new Composed(List.of(new DiscreteLaplace(7, 2), new DiscreteLaplace(7, 5)));
            PrivacyEvent oneGrid = new DiscreteLaplace(7, 7);
            for (double epsilon = -0.9; epsilon < 1; epsilon += 0.3) {
                assertTrue(
                        price(split, ADD).deltaLower(epsilon) <= price(one, ADD).delta(epsilon));
                assertTrue(price(splitGrid, ADD).deltaLower(epsilon)
                        <= price(oneGrid, ADD).delta(epsilon));
            }
        }
    }

    /** A batch of fixed size against data where all others are the replaced record's opposite: a true instance. */
    @Test
    void fixedBatchesAreNotCheaperThanAnInstance() {
        for (double q : new double[] {0.1, 0.5}) {
            PrivacyEvent batch = new FixedBatch(100, (long) (100 * q), new Gaussian(1.3));
            double sigma = 1.3 / 2; // the shift is 2
            for (double epsilon : new double[] {0.1, 0.5, 1.5}) {
                double instance = Math.max(remove(q, sigma, epsilon), add(q, sigma, epsilon));
                for (Neighbours neighbours : Neighbours.values()) {
                    Bracket bracket = price(batch, neighbours).deltaBracket(epsilon);
                    assertTrue(bracket.high() >= instance);
                    assertTrue(bracket.low() <= instance * (1 + 1e-9) && bracket.low() >= instance * 0.999);
                }
            }
        }
    }

    private static double integral(DoubleUnaryOperator function, double low, double high) {
        int cells = 4000;
        double width = (high - low) / cells;
        double sum = 0;
        for (int i = 0; i < cells; i++) {
            double a = low + i * width;
            sum += width
                    / 6
                    * (function.applyAsDouble(a)
                            + 4 * function.applyAsDouble(a + width / 2)
                            + function.applyAsDouble(a + width));
        }
        return sum;
    }

    private static double binomial(int n, int k) {
        double product = 1;
        for (int i = 1; i <= k; i++) {
            product *= (double) (n - k + i) / i;
        }
        return product;
    }

    private static PrivacyLossCurve price(PrivacyEvent event, Neighbours neighbours) {
        return new PrivacyLossAccountant().price(event, neighbours);
    }

    private static void holds(Bracket bracket, double exact, double width, java.util.function.Supplier<String> where) {
        // The exact value is itself rounded.
        double rounding = 1e-11 * Math.abs(exact) + 1e-15;
        assertTrue(
                bracket.low() <= exact + rounding && bracket.high() >= exact - rounding,
                () -> where.get() + ": " + bracket + " does not hold " + exact);
        assertTrue(
                bracket.high() - bracket.low() <= width, () -> where.get() + ": " + bracket + " is wide for " + exact);
    }
}
