package dev.lethe.planted.audit;

/** Every way for a library to talk or to end the program. */
public final class Talks {
    private Talks() {}

    /** Standard output. */
    public static final class ToStandardOutput {
        private ToStandardOutput() {}

        public static void talk() {
            System.out.println("hello");
        }
    }

    /** Standard error. */
    public static final class ToStandardError {
        private ToStandardError() {}

        public static void talk() {
            System.err.println("hello");
        }
    }

    /** Standard input. */
    public static final class ListensToStandardInput {
        private ListensToStandardInput() {}

        public static int listen() throws java.io.IOException {
            return System.in.read();
        }
    }

    /** The console. */
    public static final class ToTheConsole {
        private ToTheConsole() {}

        public static void talk() {
            System.console().printf("hello");
        }
    }

    /** A stack trace. */
    public static final class InStackTraces {
        private InStackTraces() {}

        public static void talk(IllegalStateException e) {
            e.printStackTrace();
        }
    }

    /** {@link System#exit}. */
    public static final class Exits {
        private Exits() {}

        public static void leave() {
            System.exit(1);
        }
    }

    /** {@link Runtime#halt}. */
    public static final class Halts {
        private Halts() {}

        public static void leave() {
            Runtime.getRuntime().halt(1);
        }
    }
}
