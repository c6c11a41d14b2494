package dev.lethe.planted.protect;

/** Defences that are run without a charge. */
public final class Uncharged {
    private Uncharged() {}

    /** Through the interface. */
    public static final class ThroughTheInterface {
        private ThroughTheInterface() {}

        public static String release(Defence defence, String data) {
            return defence.protect(data);
        }
    }

    /** Through one defence. */
    public static final class ThroughAnImplementation {
        private ThroughAnImplementation() {}

        public static String release(String data) {
            return new Rounding().protect(data);
        }
    }

    /** A defence. */
    public static final class Rounding implements Defence {
        @Override
        public String name() {
            return "rounding";
        }

        @Override
        public String protect(String data) {
            return data.substring(0, 1);
        }
    }
}
