package dev.lethe.planted.audit;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Every way to draw a random bit where nobody will look for it. */
public final class DrawsBits {
    private DrawsBits() {}

    /** {@link Random}. */
    public static final class FromRandom {
        private FromRandom() {}

        public static int draw() {
            return new Random().nextInt();
        }
    }

    /** {@link SecureRandom}. */
    public static final class FromSecureRandom {
        private FromSecureRandom() {}

        public static int draw() {
            return new SecureRandom().nextInt();
        }
    }

    /** {@link ThreadLocalRandom}. */
    public static final class FromThreadLocalRandom {
        private FromThreadLocalRandom() {}

        public static int draw() {
            return ThreadLocalRandom.current().nextInt();
        }
    }

    /** {@link SplittableRandom}. */
    public static final class FromSplittableRandom {
        private FromSplittableRandom() {}

        public static int draw() {
            return new SplittableRandom().nextInt();
        }
    }

    /** {@link RandomGenerator}. */
    public static final class FromRandomGenerator {
        private FromRandomGenerator() {}

        public static int draw() {
            return RandomGenerator.getDefault().nextInt();
        }
    }

    /** Apache Commons RNG without one of our seeds. */
    public static final class FromCommons {
        private FromCommons() {}

        public static int draw() {
            return RandomSource.XO_SHI_RO_256_PP.create().nextInt();
        }
    }

    /** {@link Math#random}. */
    public static final class FromMath {
        private FromMath() {}

        public static double draw() {
            return Math.random();
        }
    }

    /** {@link StrictMath#random}, as a method reference. */
    public static final class FromStrictMath {
        private FromStrictMath() {}

        public static java.util.function.DoubleSupplier draw() {
            return StrictMath::random;
        }
    }

    /** {@link UUID#randomUUID}. */
    public static final class FromUuid {
        private FromUuid() {}

        public static long draw() {
            return UUID.randomUUID().getLeastSignificantBits();
        }
    }

    /** {@link Collections#shuffle}. */
    public static final class FromShuffle {
        private FromShuffle() {}

        public static void shuffle(List<String> rows) {
            Collections.shuffle(rows);
        }
    }

    /** Allowed: a stream that somebody else seeded. */
    public static final class FromAStream {
        private FromAStream() {}

        public static int draw(UniformRandomProvider stream) {
            return stream.nextInt();
        }
    }
}
