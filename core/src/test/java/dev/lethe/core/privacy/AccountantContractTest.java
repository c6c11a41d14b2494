package dev.lethe.core.privacy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.core.data.PropertyTrials;
import dev.lethe.core.privacy.BestAccountant.BestCurve;
import dev.lethe.core.privacy.PrivacyEvent.Composed;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussian;
import dev.lethe.core.privacy.PrivacyEvent.DiscreteGaussianVector;
import dev.lethe.core.privacy.PrivacyEvent.FixedBatch;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import dev.lethe.core.privacy.PrivacyEvent.Laplace;
import dev.lethe.core.privacy.PrivacyEvent.PoissonSampled;
import dev.lethe.core.privacy.PrivacyEvent.Repeated;
import dev.lethe.core.privacy.PrivacyEvent.Shuffled;
import dev.lethe.core.privacy.PrivacyEvent.ZeroConcentrated;
import dev.lethe.core.privacy.PrivacyLossCurve.Bracket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every accountant promises for every event. */
class AccountantContractTest {
    private static final List<Accountant> ALL = List.of(
            new GaussianAccountant(),
            new ZeroConcentratedAccountant(),
            new RenyiAccountant(),
            new PrivacyLossAccountant(),
            new BestAccountant());

    private static List<PrivacyEvent> events() {
        List<PrivacyEvent> events = new ArrayList<>();
        for (PrivacyEvent leaf : EventSamples.leaves()) {
            events.add(leaf);
            for (PrivacyEvent around : EventSamples.around(leaf)) {
                events.add(around);
            }
        }
        return events;
    }

    /** A claim by one that is below another's proof of the contrary would be a false claim. */
    @Test
    void noClaimIsBelowWhatIsAttained() {
        int compared = 0;
        for (PrivacyEvent event : events()) {
            for (Neighbours neighbours : Neighbours.values()) {
                PrivacyCurve losses = price(new PrivacyLossAccountant(), event, neighbours);
                for (double delta : new double[] {1e-4}) {
                    double attained = losses == null ? 0 : ((PrivacyLossCurve) losses).epsilonLower(delta);
                    for (Accountant accountant : ALL.subList(0, 4)) {
                        PrivacyCurve curve = price(accountant, event, neighbours);
                        if (curve != null) {
                            double claimed = curve.epsilon(delta);
                            assertTrue(
                                    claimed >= attained * (1 - 1e-9),
                                    () -> accountant.getClass() + " claims " + claimed + " for " + event + " "
                                            + neighbours + " but " + attained + " is attained");
                            compared++;
                        }
                    }
                }
            }
        }
        assertTrue(compared > 250, "compared " + compared);
    }

    /**
     * The same of whatever is nested in whatever, in the small, where losses are quickly convolved; how often which is known to which
     * accountant differs, so that few are compared twice. The curve that is all Gaussian noise is among them.
     */
    @Test
    void noClaimOfARandomNestingIsBelowWhatIsAttained() {
        AtomicInteger compared = new AtomicInteger();
        PropertyTrials.check(400, seed -> {
            UniformRandomProvider random = seed.stream();
            PrivacyEvent event = EventSamples.small(random, 3);
            Neighbours neighbours = random.nextBoolean() ? Neighbours.REPLACE_ONE : Neighbours.ADD_OR_REMOVE_ONE;
            double delta = Math.exp(-2 - 14 * random.nextDouble());
            PrivacyLossCurve losses = (PrivacyLossCurve) price(new PrivacyLossAccountant(), event, neighbours);
            if (losses == null) {
                return;
            }
            Bracket attained = losses.bracket(delta);
            assertTrue(attained.low() <= attained.high(), () -> event + " " + attained);
            for (Accountant accountant :
                    List.of(new GaussianAccountant(), new ZeroConcentratedAccountant(), new RenyiAccountant())) {
                PrivacyCurve curve = price(accountant, event, neighbours);
                if (curve != null) {
                    double claimed = curve.epsilon(delta);
                    assertTrue(
                            claimed >= attained.low() * (1 - 1e-9),
                            () -> accountant.getClass() + " claims " + claimed + " for " + event + " " + neighbours
                                    + " at " + delta + " but " + attained.low() + " is attained");
                    compared.incrementAndGet();
                }
            }
        });
        assertTrue(compared.get() > 200, "compared " + compared);
    }

    @Test
    void curvesFallAndAgreeWithThemselves() {
        List<PrivacyEvent> events = events();
        for (int i = 0; i < events.size(); i += 2) {
            PrivacyEvent event = events.get(i);
            for (Accountant accountant : ALL.subList(0, 4)) {
                PrivacyCurve curve = price(accountant, event, Neighbours.ADD_OR_REMOVE_ONE);
                if (curve == null) {
                    continue;
                }
                double before = Double.POSITIVE_INFINITY;
                for (double delta : new double[] {0, 1e-6}) {
                    double epsilon = curve.epsilon(delta);
                    assertTrue(epsilon >= 0, () -> accountant + " " + event);
                    // Lattices differ from delta to delta.
                    assertTrue(epsilon <= before * (1 + 1e-3), () -> accountant.getClass() + " " + event + " " + delta);
                    before = epsilon;
                    if (delta > 0 && Double.isFinite(epsilon)) {
                        double back = curve.delta(epsilon);
                        assertTrue(
                                back >= 0 && back <= delta * 1.02,
                                () -> accountant.getClass() + " " + event + ": epsilon " + epsilon + " at " + delta
                                        + " but delta " + back);
                    }
                }
            }
        }
    }

    /** Wherever an event that has no price is nested, there is none. */
    @Test
    void refusalsReachEveryDepth() {
        int refused = 0;
        for (Accountant accountant : ALL) {
            for (PrivacyEvent leaf : EventSamples.leaves()) {
                for (Neighbours neighbours : Neighbours.values()) {
                    if (price(accountant, leaf, neighbours) != null) {
                        continue;
                    }
                    refused++;
                    PrivacyEvent nested = leaf;
                    for (int depth = 0; depth < 3; depth++) {
                        for (PrivacyEvent around : EventSamples.around(nested)) {
                            // A batch of fixed size sees a replacement, whatever happens to the data.
                            if (around instanceof FixedBatch && price(accountant, around, neighbours) != null) {
                                assertNotNull(price(accountant, leaf, Neighbours.REPLACE_ONE));
                                continue;
                            }
                            assertThrows(
                                    UnpricedEventException.class,
                                    () -> accountant.price(around, neighbours).epsilon(1e-5),
                                    () -> accountant.getClass() + " " + around);
                        }
                        nested = depth == 0 ? new Repeated(2, nested) : new Composed(List.of(nested));
                    }
                }
            }
        }
        assertTrue(refused >= 20, "refused " + refused);
    }

    @Test
    void nothingCostsNothing() {
        for (Accountant accountant : ALL) {
            for (PrivacyEvent nothing : List.of(
                    new Composed(List.of()),
                    new Repeated(0, new Gaussian(1)),
                    new Repeated(5, new Composed(List.of())))) {
                PrivacyCurve curve = accountant.price(nothing, Neighbours.REPLACE_ONE);
                assertEquals(0, curve.epsilon(0), () -> accountant.getClass() + " " + nothing);
                assertEquals(0, curve.epsilon(1e-5));
                assertEquals(0, curve.delta(0));
            }
        }
    }

    @Test
    void wrongDeltasAndEpsilonsAreRefused() {
        for (Accountant accountant : ALL) {
            PrivacyCurve curve = accountant.price(new Gaussian(1), Neighbours.ADD_OR_REMOVE_ONE);
            for (double delta : new double[] {-1e-9, 1, 2, Double.NaN, Double.POSITIVE_INFINITY}) {
                assertThrows(IllegalArgumentException.class, () -> curve.epsilon(delta));
            }
            for (double epsilon : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                assertThrows(IllegalArgumentException.class, () -> curve.delta(epsilon));
            }
        }
    }

    /** More steps, a larger rate and less noise never cost less. */
    @Test
    void pricesRiseWithStepsRateAndLessNoise() {
        PropertyTrials.check(25, seed -> {
            UniformRandomProvider random = seed.stream();
            double rate = Math.exp(-7 * random.nextDouble());
            double noise = Math.exp(3 * random.nextDouble() - 0.7);
            long steps = 1 + random.nextLong(3000);
            double delta = Math.exp(-3 - 25 * random.nextDouble());
            Neighbours neighbours = random.nextBoolean() ? Neighbours.REPLACE_ONE : Neighbours.ADD_OR_REMOVE_ONE;
            for (Accountant accountant : List.of(new PrivacyLossAccountant(), new RenyiAccountant())) {
                PrivacyCurve less = price(accountant, steps(steps, rate, noise), neighbours);
                double low = less == null ? 0 : lower(less, delta);
                for (PrivacyEvent more : List.of(
                        steps(steps + 1 + random.nextLong(500), rate, noise),
                        steps(steps, Math.min(1, rate * 1.3), noise),
                        steps(steps, rate, noise * 0.8))) {
                    PrivacyCurve curve = price(accountant, more, neighbours);
                    double high = curve == null ? Double.POSITIVE_INFINITY : curve.epsilon(delta);
                    assertTrue(high >= low * (1 - 1e-9), () -> more + " costs " + high + ", less than " + low);
                }
            }
        });
    }

    /** The bracket is narrow wherever a training would be: its width is what a user pays for rounding. */
    @Test
    void bracketsAreNarrow() {
        PropertyTrials.check(40, seed -> {
            UniformRandomProvider random = seed.stream();
            PrivacyEvent event = steps(
                    1 + random.nextLong(20_000),
                    Math.exp(-7 * random.nextDouble()),
                    Math.exp(2.5 * random.nextDouble() - 0.4));
            double delta = Math.exp(-5 - 18 * random.nextDouble());
            Bracket bracket = new PrivacyLossAccountant()
                    .price(event, Neighbours.ADD_OR_REMOVE_ONE)
                    .bracket(delta);
            assertTrue(
                    bracket.high() - bracket.low() <= 2e-2 * bracket.high() + 3e-4,
                    () -> event + " " + delta + " " + bracket);
        });
    }

    @Test
    void aPlanOfSeveralKindsCostsNoLessThanItsParts() {
        PrivacyEvent training = steps(1000, 0.01, 1.1);
        PrivacyEvent counts = new Repeated(10, new Laplace(20));
        Bracket both = new PrivacyLossAccountant()
                .price(new Composed(List.of(training, counts)), Neighbours.ADD_OR_REMOVE_ONE)
                .bracket(1e-5);
        Bracket alone = new PrivacyLossAccountant()
                .price(training, Neighbours.ADD_OR_REMOVE_ONE)
                .bracket(1e-5);
        assertTrue(both.low() > alone.high());
        assertTrue(both.high() < alone.high() + 0.5);
        assertTrue(both.high() - both.low() < 1e-3 * both.high(), both::toString);
    }

    /** With many batches an epoch, shuffling is not sampling, and is not priced as if it were. */
    @Test
    void shufflingIsNotPricedAsSampling() {
        double shuffled = new BestAccountant()
                .price(new Shuffled(10, new Gaussian(2)), Neighbours.REPLACE_ONE)
                .epsilon(1e-5);
        double sampled = new BestAccountant()
                .price(steps(1000, 0.01, 2), Neighbours.REPLACE_ONE)
                .epsilon(1e-5);
        double whole = new BestAccountant()
                .price(new Repeated(10, new Gaussian(2)), Neighbours.REPLACE_ONE)
                .epsilon(1e-5);
        assertTrue(shuffled > 5 * sampled);
        assertEquals(whole, shuffled, 1e-9);
    }

    /** An added record takes another's place, and that other is added to the last batch: all accountants charge for both. */
    @Test
    void shuffledBatchesCostTheSameWhoeverPricesThem() {
        PrivacyEvent shuffled = new Shuffled(10, new Gaussian(20));
        for (Neighbours neighbours : Neighbours.values()) {
            double mu = Math.sqrt(10 * (neighbours == Neighbours.REPLACE_ONE ? 4 : 4 + 1)) / 20;
            double exact = new GaussianCurve(mu).epsilon(1e-5);
            assertEquals(
                    exact, new GaussianAccountant().price(shuffled, neighbours).epsilon(1e-5), 1e-12);
            assertEquals(
                    exact,
                    new PrivacyLossAccountant().price(shuffled, neighbours).epsilon(1e-5),
                    1e-9);
            assertEquals(mu * mu / 2, new ZeroConcentratedAccountant().rho(shuffled, neighbours), 1e-15);
            assertEquals(
                    mu * mu / 2 * 7,
                    new RenyiAccountant().price(shuffled, neighbours).divergence(7),
                    1e-12);
        }
    }

    /** The same for every kind of event, and for each accountant that knows it: nothing is lost where the two meet in one sum. */
    @Test
    void anEpochOfShuffledRecordsCostsAReplacementAndAnAddition() {
        int compared = 0;
        for (PrivacyEvent leaf : EventSamples.leaves()) {
            RenyiCurve added = (RenyiCurve) price(new RenyiAccountant(), leaf, Neighbours.ADD_OR_REMOVE_ONE);
            RenyiCurve replaced = (RenyiCurve) price(new RenyiAccountant(), leaf, Neighbours.REPLACE_ONE);
            RenyiCurve shuffled =
                    (RenyiCurve) price(new RenyiAccountant(), new Shuffled(3, leaf), Neighbours.ADD_OR_REMOVE_ONE);
            assertEquals(added == null || replaced == null, shuffled == null, leaf::toString);
            for (double order : new double[] {1.5, 4, 32}) {
                if (shuffled != null) {
                    double both = 3 * (added.divergence(order) + replaced.divergence(order));
                    assertEquals(both, shuffled.divergence(order), 1e-9 * both, leaf::toString);
                    compared++;
                }
            }
            if (price(new PrivacyLossAccountant(), new Shuffled(3, leaf), Neighbours.ADD_OR_REMOVE_ONE)
                    instanceof PrivacyLossCurve losses) {
                double alone = new PrivacyLossAccountant()
                        .price(new Repeated(3, leaf), Neighbours.REPLACE_ONE)
                        .epsilonLower(1e-5);
                assertTrue(losses.epsilon(1e-5) > alone, () -> leaf + " costs less than its replacement alone");
                compared++;
            }
        }
        assertTrue(compared > 40, "compared " + compared);
    }

    /** What is exact for Gaussian noise knows nothing of samples: whatever is sampled is refused, by name, also within epochs. */
    @Test
    void theExactAccountantRefusesByName() {
        Accountant exact = new GaussianAccountant();
        for (Neighbours neighbours : Neighbours.values()) {
            for (PrivacyEvent sampled : List.of(
                    new PoissonSampled(0.2, new Gaussian(2)),
                    new FixedBatch(100, 20, new Gaussian(2)),
                    new FixedBatch(100, 100, new Gaussian(2)),
                    new Laplace(2))) {
                for (PrivacyEvent event : List.of(
                        sampled,
                        new Shuffled(2, sampled),
                        new Shuffled(0, sampled),
                        new Repeated(0, sampled),
                        new Composed(List.of(new Gaussian(3), new Shuffled(1, new Repeated(4, sampled)))))) {
                    UnpricedEventException refused =
                            assertThrows(UnpricedEventException.class, () -> exact.price(event, neighbours));
                    assertTrue(refused.getMessage().contains(sampled.getClass().getSimpleName()), refused::getMessage);
                }
            }
        }
    }

    /** Every kind of event is among the samples, and has a price under both relations; a replacement costs no less. */
    @Test
    void everyEventIsPricedUnderBothRelations() {
        Set<Class<?>> seen = new HashSet<>();
        for (PrivacyEvent event : events()) {
            seen.add(event.getClass());
            boolean claimForReplacing = event.toString().contains("REPLACE_ONE");
            PrivacyCurve added = price(new BestAccountant(), event, Neighbours.ADD_OR_REMOVE_ONE);
            PrivacyCurve replaced = price(new BestAccountant(), event, Neighbours.REPLACE_ONE);
            if (!claimForReplacing) {
                assertNotNull(added, event::toString);
                assertNotNull(replaced, event::toString);
                double low = ((BestCurve) added).bracket(1e-4).low();
                assertTrue(replaced.epsilon(1e-4) >= low * (1 - 1e-9), event::toString);
            } else if (!(event instanceof FixedBatch)) {
                assertNull(added, event::toString);
            }
        }
        assertEquals(Set.of(PrivacyEvent.class.getPermittedSubclasses()), seen);
    }

    /** What never happens, however little noise it would have, hides nothing of what does. */
    @Test
    void whatNeverHappensHidesNothing() {
        for (PrivacyEvent never : List.of(
                new Gaussian(Double.MIN_VALUE),
                new Laplace(Double.MIN_VALUE),
                new DiscreteGaussian(Double.MIN_VALUE, 5),
                new DiscreteGaussianVector(Double.MIN_VALUE, 5),
                new ZeroConcentrated(Double.MAX_VALUE, Neighbours.ADD_OR_REMOVE_ONE))) {
            for (PrivacyEvent nothing :
                    List.of(new Repeated(0, never), new PoissonSampled(0, never), new Shuffled(0, never))) {
                for (PrivacyEvent happens : List.of(new Gaussian(1), new Laplace(1))) {
                    for (Accountant accountant : ALL) {
                        for (Neighbours neighbours : Neighbours.values()) {
                            PrivacyCurve alone = price(accountant, happens, neighbours);
                            PrivacyCurve both = price(accountant, new Composed(List.of(nothing, happens)), neighbours);
                            if (alone != null && both != null) {
                                assertTrue(
                                        both.epsilon(1e-5) >= alone.epsilon(1e-5) * (1 - 1e-9),
                                        () -> accountant.getClass() + " " + nothing + " hides " + happens);
                            }
                        }
                    }
                }
            }
        }
    }

    /** No count is so large that it begins anew at nothing. */
    @Test
    void countsDoNotOverflow() {
        for (PrivacyEvent leaf : EventSamples.leaves()) {
            PrivacyEvent much = new Repeated(Long.MAX_VALUE, leaf);
            for (Accountant accountant : ALL) {
                for (PrivacyEvent more : List.of(
                        new Composed(List.of(much, much, leaf)), new Repeated(3, much), new Shuffled(5, much))) {
                    PrivacyCurve once = price(accountant, leaf, Neighbours.REPLACE_ONE);
                    PrivacyCurve often = price(accountant, more, Neighbours.REPLACE_ONE);
                    if (once != null && often != null) {
                        double epsilon = often.epsilon(1e-5);
                        assertTrue(
                                epsilon >= 1e6 * once.epsilon(1e-5),
                                () -> accountant.getClass() + " " + more + " " + epsilon);
                    }
                }
            }
        }
    }

    private static PrivacyEvent steps(long steps, double rate, double noise) {
        return new Repeated(steps, new PoissonSampled(rate, new Gaussian(noise)));
    }

    private static double lower(PrivacyCurve curve, double delta) {
        return curve instanceof PrivacyLossCurve losses ? losses.epsilonLower(delta) : curve.epsilon(delta);
    }

    private static @Nullable PrivacyCurve price(Accountant accountant, PrivacyEvent event, Neighbours neighbours) {
        try {
            return accountant.price(event, neighbours);
        } catch (UnpricedEventException e) {
            return null;
        }
    }
}
