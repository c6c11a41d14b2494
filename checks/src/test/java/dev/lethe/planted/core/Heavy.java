package dev.lethe.planted.core;

import picocli.CommandLine;

/** The core may not bring a library that is not on its short list. */
public final class Heavy {
    private Heavy() {}

    public static CommandLine commandLine(Object command) {
        return new CommandLine(command);
    }
}
