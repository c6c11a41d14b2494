package dev.lethe.app;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command line's root. */
@Command(
        name = "lethe",
        description = "Finds what a machine-learning model remembers about people.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            AuditCommand.class,
            CanariesCommand.class,
            TrainCommand.class,
            FixCommand.class,
            ShareCommand.class,
            LedgerCommand.class,
            ListCommand.class,
            ShowCommand.class,
            PriceCommand.class,
            CompletionCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Lethe.Version.class,
        footer = {
            "",
            "Examples:",
            "  lethe demo",
            "  lethe audit data --table people.csv --label income",
            "  lethe audit predictions --members train-predictions.csv --nonmembers test-predictions.csv",
            "  lethe share statistics --table people.csv --count --group-by city --epsilon 1 --delta 1e-6",
            "  lethe list attacks",
            "  lethe price --rate 0.01 --noise-multiplier 1.0 --steps 1000 --delta 1e-5",
            "  source <(lethe generate-completion)",
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 refused on privacy grounds, 4 input or output, 70 a bug in Lethe."
        })
public final class Lethe implements Runnable {
    @Spec
    private CommandSpec spec;

    private Lethe() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command line and returns its exit code. */
    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Lethe())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionStrategy(Lethe::execute)
                .setExecutionExceptionHandler(Failures::report)
                .setParameterExceptionHandler(Failures::usage);
        try {
            Config.load(List.of(arguments)).ifPresent(config -> config.applyTo(line, List.of(arguments)));
        } catch (ParameterException e) {
            return Failures.usage(e, arguments);
        }
        return line.execute(arguments);
    }

    private static int execute(ParseResult parsed) {
        refuseRepeated(parsed);
        return new CommandLine.RunLast().execute(parsed);
    }

    /**
     * Refuses a flag that is given twice. Outside of groups the parser does; within one it would take the second for the
     * beginning of another group, and let go of all flags of the first.
     */
    private static void refuseRepeated(ParseResult parsed) {
        for (ParseResult command = parsed; command != null; command = command.subcommand()) {
            for (ArgGroupSpec group : command.commandSpec().argGroups()) {
                for (OptionSpec option : group.options()) {
                    long times = command.findMatches(group).stream()
                            .flatMap(container -> container.matches().stream())
                            .filter(match -> !match.matchedValues(option).isEmpty())
                            .count();
                    if (times > 1) {
                        throw new ParameterException(
                                command.commandSpec().commandLine(),
                                "option '" + option.longestName() + "' should be specified only once");
                    }
                }
            }
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "missing command");
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        static String number() {
            String version = Lethe.class.getPackage().getImplementationVersion();
            return version == null ? "development" : version;
        }

        @Override
        public String[] getVersion() {
            return new String[] {"lethe " + number()};
        }
    }
}
