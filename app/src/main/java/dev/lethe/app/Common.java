package dev.lethe.app;

import picocli.CommandLine.Option;

/** Flags that every command has. */
final class Common {
    @Option(
            names = "--seed",
            paramLabel = "NUMBER",
            description = "Root of all randomness; drawn, printed and written into the report if not given.")
    Long seed;

    @Option(names = "--quiet", description = "No progress; only the result and errors.")
    boolean quiet;

    @Option(names = "--json", description = "The result as JSON on standard output, progress on standard error.")
    boolean json;

    @Option(names = "--debug", description = "Stack traces with errors.")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "This help.")
    boolean help;
}
