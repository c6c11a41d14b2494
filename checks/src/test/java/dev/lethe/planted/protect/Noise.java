package dev.lethe.planted.protect;

import java.util.function.IntFunction;

/** Mechanisms that are run with and without a charge. */
public final class Noise {
    private Noise() {}

    /** What a mechanism looks like. */
    public interface Mechanism {
        String release(int input);
    }

    /** Runs one without a charge. */
    public static final class AskedDirectly {
        private AskedDirectly() {}

        public static String answer(Mechanism mechanism) {
            return mechanism.release(1);
        }
    }

    /** Runs one without a charge, by way of a method reference. */
    public static final class ByAReference {
        private ByAReference() {}

        public static IntFunction<String> answer(Twice mechanism) {
            return mechanism::release;
        }
    }

    /** Allowed: a mechanism that is made of another. */
    public record Twice(Mechanism once) implements Mechanism {
        @Override
        public String release(int input) {
            return once.release(input) + once.release(input);
        }
    }

    /** Allowed: charges first. */
    public record Custodian(Mechanism mechanism) {
        public String release() {
            return mechanism.release(1);
        }
    }
}
