package dev.lethe.planted.app;

/** Allowed: the command line talks and exits. */
public final class Prints {
    private Prints() {}

    public static void leave() {
        System.out.println("bye");
        System.exit(0);
    }
}
